"""Sources that are no Python, without their comments."""

import io
import re
import tokenize

# A text between quotes may hold the signs of a comment.
_CPP = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.DOTALL)


def of_cpp(text: str) -> bytes:
    """C++ without comments, blank lines and indentation."""
    bare = _CPP.sub(lambda found: " " if found[0].startswith("/") else found[0], text)
    return "\n".join(" ".join(line.split()) for line in bare.splitlines() if line.strip()).encode()


def of_snakefile(text: str) -> bytes:
    """A Snakefile without comments and blank lines."""
    words = tokenize.generate_tokens(io.StringIO(text).readline)
    kept = (word.string.strip() for word in words if word.type not in (tokenize.COMMENT, tokenize.NL))
    return "\0".join(kept).encode()
