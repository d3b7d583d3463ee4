"""What all rules share: the plan of the study and where its results are."""

from snakemake.exceptions import WorkflowError

from memristive import provenance
from memristive.config import check
from memristive.errors import InputError
from memristive.estimate import announcement
from memristive.plan import Plan, canonical

try:
    check(config)
    PLAN = Plan(config)
except InputError as error:
    raise WorkflowError(f"config: {error}") from None

RESULTS = Path(config["results_dir"]) / config["study"]
LOGS = RESULTS / "logs"
BENCHMARKS = RESULTS / "benchmarks"


wildcard_constraints:
    dataset=r"\w+",
    network=r"\w+",
    fold=r"\d+",
    experiment=r"\w+",
    label=r"[^/]+",
    figure=r"\w+",
    table=r"\w+",


def weights_of(wildcards):
    return RESULTS / "training" / wildcards.network / "weights.safetensors"


def data_of(wildcards):
    return RESULTS / "datasets" / f"{PLAN.dataset_of(wildcards.network)}.npz"


def architecture_of(wildcards):
    return config["networks"][wildcards.network]["architecture"]


onstart:
    print(
        announcement(
            [(job.rule.name, job.wildcards_dict) for job in workflow.dag.needrun_jobs()], PLAN, workflow.cores or 1
        ),
        file=sys.stderr,
    )
