"""A client of the server; with ``--serve``, the server itself."""

import sys

from memristive_study.runtime.forkserver import client

if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        from memristive.core.processor import use_common_arithmetic

        use_common_arithmetic()  # before torch is loaded
        from memristive_study.runtime.forkserver import server

        sys.exit(server.serve(sys.argv[2], int(sys.argv[3])))
    sys.exit(client.main(sys.argv[1:]))
