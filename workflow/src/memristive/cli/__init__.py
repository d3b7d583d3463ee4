"""The command line: `memristive evaluate`, `chips`, `explain`, `devices list`, `fields`.

Each command is a file of this folder with `add`, which declares it, and `run`, which carries it out; `main.COMMANDS`
holds them. argparse, because the simulator's dependencies are few and a command line is no reason for more: reading
safetensors and YAML, and torchvision's architectures, are the extra `cli`.
"""
