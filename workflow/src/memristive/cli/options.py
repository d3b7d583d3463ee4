"""Options that several commands share, with the help that explains them."""

import argparse
from typing import Any

NETWORK = """network:
  The architecture is code, the weights are numbers. --architecture takes
    my_net.py:small       the function (or class) `small` of the file my_net.py, which is run
    package.module:name   the same of an installed package
    mnist, cifar10, ...   the study's networks, where memristive-study is installed
    resnet18, ...         any architecture of torchvision
  A function is called with `classes` and `input_shape` (channels, height, width) where it takes them, and with what
  --option says. Weights are a .safetensors file or a state dict of torch.save(model.state_dict(), ...). They are
  read as numbers: a file that would run code when it is opened is refused.

data:
  An .npz with x_test and y_test. float32 arrays go to the network as they are. uint8 images [images, height, width]
  or [..., channels] are divided by 255, with --mean and --std normalised, and their channels put first. y_test are
  whole numbers from 0. x_train is needed where converters are calibrated. A data set that a study has prepared
  (results/<study>/datasets/*.npz) is used as the study uses it.

setting:
  --setting may be repeated. It is name=value (adc_bits=6, tile_shape=128x128, tuning=after, adc_bits=null), or a
  .yaml or .json file of such names; what comes later wins. `memristive fields` explains every name.
"""


def command(commands: Any, name: str, about: str, examples: str, more: str = "") -> argparse.ArgumentParser:
    """A command's parser: `about` in the list and on top of its help, examples below."""
    return commands.add_parser(
        name,
        help=about,
        description=about,
        epilog=f"{more}\nexamples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_network(parser: argparse.ArgumentParser) -> None:
    """The network, its data and the setting."""
    parser.add_argument("--weights", required=True, metavar="FILE", help=".safetensors, or a state dict (.pt, .pth)")
    parser.add_argument("--architecture", required=True, metavar="NAME", help="file.py:function, or a known name")
    parser.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", help="further argument of that function"
    )
    parser.add_argument("--data", required=True, metavar="FILE", help=".npz with x_test and y_test")
    parser.add_argument("--images", type=int, metavar="N", help="only the first N test images")
    parser.add_argument("--classes", type=int, metavar="N", help="of the data; else from its labels")
    parser.add_argument("--mean", metavar="M[,M,...]", help="of uint8 images in [0, 1], a number a channel")
    parser.add_argument("--std", metavar="S[,S,...]", help="likewise their standard deviation")
    parser.add_argument(
        "--setting",
        action="append",
        default=[],
        metavar="NAME=VALUE|FILE",
        help="a field of the setting, or a file of fields",
    )


def add_csv(parser: argparse.ArgumentParser, what: str) -> None:
    """Where a table goes as CSV."""
    parser.add_argument("--csv", metavar="FILE", help=f"write {what} as CSV too; - for the terminal")
