"""The keys of a configuration."""

import re
from typing import Annotated

import pydantic

from memristive_study.config.choices import Choices
from memristive_study.config.datasets import Dataset
from memristive_study.config.devices import Device
from memristive_study.config.experiments import REPEATS, Experiment, NetworkName
from memristive_study.config.networks import Network
from memristive_study.config.sections import (
    LONGEST_NAME,
    Flag,
    Folder,
    Listed,
    Name,
    Named,
    Refers,
    Section,
    Some,
    Whole,
    Words,
    key,
)
from memristive_study.config.settings import Fields
from memristive_study.config.timing import InferenceTime
from memristive_study.config.training import Training
from memristive_study.config.validation import Validation

STUDY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


def _study(text: str) -> str:
    if not re.fullmatch(STUDY_PATTERN.strip("^$"), text) or len(text) > LONGEST_NAME:
        raise ValueError("not a name of a study")
    return text


StudyName = Annotated[
    str,
    pydantic.AfterValidator(_study),
    pydantic.WithJsonSchema({"type": "string", "pattern": STUDY_PATTERN, "maxLength": LONGEST_NAME}),
    Words(f"a letter or digit and up to {LONGEST_NAME - 1} letters, digits, points, hyphens and underscores"),
]


class Threads(Section):
    """Threads inside one job."""

    training: Whole = key("Threads of a training; another number may change the last bits of the weights.", ge=1)
    inference: Whole = key("Threads of an evaluation; no result depends on them.", ge=1)


class Run(Section):
    """Names that this study runs, of all that is defined below."""

    networks: Some[NetworkName] = key("Networks that are trained and evaluated.")
    experiments: Listed[Annotated[Name, Refers("experiments")]] = key("Experiments that are carried out.")
    choices: Listed[Annotated[Name, Refers("choices.alternatives")]] = key("Choices whose alternatives are evaluated.")


class Study(Section):
    """Configuration of a study."""

    study: StudyName = key("Name of the study; its results go to the folder of this name in results_dir.")
    paper: Name | None = key(
        "Paper that the results are compared with, a folder of memristive_study/papers; null: no paper."
    )
    results_dir: Folder = key("Folder of all studies' results.")
    download_dir: Folder = key("Folder of the data sets' original files, shared by all studies.")
    seed: Whole = key("Seed that every random draw of the study is named by.", ge=0)
    repeats: Whole = key("Evaluations of a setting that draws at random.", ge=1, le=REPEATS)
    threads: Threads = key("Threads inside one job.")
    fork_server: Flag = key(
        "Jobs of inference are forked from one process that has imported torch; no result depends on it."
    )
    run: Run = key("Names that this study runs, of all that is defined below.")
    datasets: Named[Dataset] = key("Data sets by name.", min_length=1)
    networks: Named[Network] = key("Networks by name.", min_length=1)
    training: Training = key("Training of the networks.")
    devices: Named[Device] = key(
        "A user's own devices by name, beside those of the library: r_on and r_off alone, all nine parameters of "
        "VTEAM, or a table of measurements."
    )
    setting: Fields = key("Fields of memristive.Setting that every experiment starts from.")
    experiments: Named[Experiment] = key("Experiments by name.")
    choices: Choices = key("Alternatives to the choices that the text leaves open, and where they are compared.")
    inference_time: InferenceTime = key("Inference times by tile shape (Table 5).")
    validation: Validation = key("Comparison with MemTorch itself.")
