"""Shared by all rules: the plan of the study and where its results are."""

import atexit
import functools
import json
import os
from collections import Counter

from snakemake.exceptions import WorkflowError

from memristive_study.runtime import changes, cluster, lock, output_folder, preflight, resources, targets
from memristive_study.results import outputs
from memristive_study.results.study import Study
from memristive_study.training import pretrained, recipe
from memristive_study.training.rules import RULES
from memristive_study.config.check import checked, warnings
from memristive_study.config.files import located, read
from memristive_study.config.merged import merged
from memristive_study.runtime.code import code_hash, own_network, rules_hash, used_by, used_of_paper
from memristive_study.runtime.environment import prepare
from memristive.core.errors import InputError
from memristive_study.runtime.estimate import announcement, check_space
from memristive_study import papers
from memristive_study.plan import measurements
from memristive_study.plan.choices import EXPERIMENT as CHOICES
from memristive_study.plan.plan import Plan, canonical
from memristive_study.plan.replicates import TABLE as REPLICATES
from memristive_study.runtime.scheduling import unlimit


def config_files():
    """Paths of the configuration's files, those of the command line last."""
    named = [Path(os.path.relpath(path)) for path in workflow.overwrite_configfiles]
    own = [Path(os.path.relpath(path)) for path in workflow.configfiles]
    return [path for path in own if path.exists() and path not in named] + named


config_sources = {}
try:
    config_sources = read(config_files(), workflow.config_settings.config)
    config = checked(config, list(config_sources.values()))
    output_folder.check(config["results_dir"], config["study"], REPOSITORY)
    PLAN = Plan(config)
    PAPER = papers.load(config["paper"])
except InputError as error:
    raise WorkflowError(located(str(error), config_sources)) from None

# Each job of a group is a step of its Slurm job, which ends with all its processes: a server would serve nobody else.
prepare(SOURCE, config["fork_server"] and not (workflow.remote_exec and "SLURM_JOB_ID" in os.environ))

RESULTS = Path(config["results_dir"]) / config["study"]
# The arguments that name this study on the command line.
OPTIONS = " ".join(["--configfile", *(os.path.relpath(path) for path in workflow.overwrite_configfiles), "--"])
OPTIONS = OPTIONS if workflow.overwrite_configfiles else ""
SECTIONS = outputs.sections({name: config["experiments"][name] for name in PLAN.experiments}, PAPER)
FIGURES, TABLES = outputs.figures(SECTIONS), outputs.tables(SECTIONS)
MEASUREMENTS = {
    (job.measurement, job.recipe, job.network): job
    for job in measurements.jobs(PLAN, Study.read(PLAN.described(), PAPER))
}
# Claims are judged where a network of theirs is in the study.
JUDGED = bool(PAPER.claims) and Study.read(PLAN.described(), PAPER).compared
# Device models and non-idealities that the study does not use decide no result of it.
USED = used_by([PLAN.base(), *(job.setting for job in PLAN.jobs)])
# Figures, tables and claims read the paper's numbers, but not which figures there are and what the report says.
NUMBERS = used_of_paper(
    config["paper"], without=["experiments", "highlights", "claims", "file_names", "measurements", "proofs"]
)
LOGS = RESULTS / "logs"
BENCHMARKS = RESULTS / "benchmarks"


wildcard_constraints:
    dataset="|".join(config["datasets"]),
    network="|".join(PLAN.config["networks"]),
    fold=r"\d+",
    experiment="|".join([*PLAN.experiments, CHOICES]),
    label=r"[^/]+",
    selection=r"\w+",
    figure="|".join(FIGURES),
    table="|".join(TABLES),
    measurement=r"\w+",
    recipe=r"\w+",


def training_folder(network):
    """Where weights and histories of a network are: made by this study, or brought by the workflow."""
    chosen = PLAN.pretrained()
    return pretrained.folder(network, chosen) if chosen else RESULTS / "training" / network


def weights_of(wildcards):
    """The network's weights, those of its fold, or those of the epoch that a job of its own rule asks for."""
    if wildcards.network in PLAN.replicates:
        network, fold = PLAN.replicates[wildcards.network]
        return training_folder(network) / f"fold{fold}" / "weights.safetensors"
    selection = job_of(wildcards).selection if "label" in wildcards.keys() else None
    if selection:
        return RESULTS / "training" / wildcards.network / "selections" / f"{selection}.safetensors"
    return training_folder(wildcards.network) / "weights.safetensors"


def data_of(wildcards):
    return RESULTS / "datasets" / f"{PLAN.dataset_of(wildcards.network)}.npz"


def architecture_of(wildcards):
    return PLAN.architecture(wildcards.network)


def code_of_network(wildcards):
    """Where the code of a network is that is not one of the library's."""
    return own_network(architecture_of(wildcards))


def code_of_data(wildcards):
    """Hash of the code that prepares a data set; of the published ones its own alone."""
    own = config["datasets"][wildcards.dataset].get("dataset")
    return code_hash("prepare_dataset.py", used={"memristive_study.data.published:PUBLISHED": {own} - {None}})


def code_of_evaluation(wildcards):
    """Hash of the code of one evaluation, with the device model and the non-idealities of its setting."""
    return code_hash(
        "memristive_study.results.records:evaluate_setting",
        *code_of_network(wildcards),
        used=used_by([job_of(wildcards).setting]),
    )


def code_of_figure(wildcards):
    """Hash of the code of one figure, with what draws it."""
    return code_hash("figure.py", outputs.reference(FIGURES[wildcards.figure].draw), used=USED | NUMBERS)


def code_of_table(wildcards):
    """Hash of the code of one table, with what makes it, and of the user's own networks, which one of them lists."""
    own = [start for network in PLAN.networks for start in own_network(PLAN.architecture(network))]
    return code_hash("table.py", outputs.reference(TABLES[wildcards.table].make), *own, used=USED | NUMBERS)


def measurement_of(wildcards):
    return MEASUREMENTS[wildcards.measurement, wildcards.recipe, wildcards.network]


def measured_weights(wildcards):
    return measurement_of(wildcards).weights or training_folder(wildcards.network) / "weights.safetensors"


def function_of(wildcards):
    return outputs.reference(PAPER.measurements[wildcards.measurement].measure)


def code_of_measurement(wildcards):
    """Hash of the code of one measurement of a network."""
    return code_hash(
        "measure_network.py",
        function_of(wildcards),
        *own_network(measurement_of(wildcards).architecture),
        used=USED | used_of_paper(None),
    )


def local_file(wildcards):
    """The archive of a data set of the user's own, so that another content makes it stale."""
    entry = config["datasets"][wildcards.dataset]
    return [entry["path"]] if entry["source"] == "npz" else []


def recipe_of(wildcards):
    """Everything that decides a training besides its images: the rule that trains depends on this, not on the code.

    Only the code of a network of the user's own counts, for nobody raises `recipe.MEANING` when it changes.
    """
    settings = PLAN.training_settings(wildcards.network).identity()
    own = code_of_network(wildcards)
    code = {"network": code_hash(*own)} if own else {}
    return canonical({"meaning": recipe.MEANING, "settings": settings, **code})


def fold_histories(network):
    return [training_folder(network) / f"fold{fold}" / "history.csv" for fold in range(PLAN.folds(network))]


def selection_rule(wildcards):
    """Name of the rule that selects an epoch, the study's or an alternative to it."""
    return wildcards.get("selection", config["training"]["checkpoint"])


def histories_for_selection(wildcards):
    """The folds' histories where an epoch is selected by them."""
    return fold_histories(wildcards.network) if RULES[selection_rule(wildcards)].needs_folds else []


def code_of_selection(wildcards):
    """Hash of the code that selects an epoch, with its rule alone."""
    return code_hash(
        "select_checkpoint.py", used={"memristive_study.training.rules:RULES": {selection_rule(wildcards)}}
    )


def memory_of(rule):
    """`mem_mb` of a rule: measured, more at each attempt."""
    return lambda wildcards, attempt: resources.memory(rule, wildcards.get("network"), PLAN, attempt)


def minutes_of(rule):
    """`runtime` of a rule: estimated from the study's images, epochs and repeats, more at each attempt."""
    return lambda wildcards, attempt: resources.minutes(rule, dict(wildcards.items()), PLAN, attempt)


def job_of(wildcards):
    return PLAN.job(wildcards.experiment, wildcards.network, wildcards.label)


def seeds_of(wildcards):
    return canonical(PLAN.seeds_of(job_of(wildcards)))


def record_of(job):
    return RESULTS / "evaluations" / job.experiment / job.network / f"{job.label}.json"


def records_of(experiment, network=None):
    return [record_of(job) for job in PLAN.of(experiment, network)]


def records_of_replicates():
    """Those of further draws of the networks."""
    return [record_of(job) for job in PLAN.replicated]


def records_beside_replicates():
    """Those of the study's own networks at the same settings."""
    own = [PLAN.job(job.experiment, job.draws_of, job.label) for job in PLAN.replicated]
    return [record_of(job) for job in dict.fromkeys(own)]


def measured(measurement):
    """The tables of a measurement, one a network and recipe."""
    return [
        RESULTS / "proofs" / name / f"{recipe}.{network}.csv"
        for name, recipe, network in MEASUREMENTS
        if name == measurement
    ]


@functools.cache
def study_files():
    """Every file that figures and tables are made from, by the name that they know it by."""
    folds = [history for network in PLAN.networks for history in fold_histories(network)]
    published = [training_folder(network) / "published" / "history.csv" for network in PLAN.networks]
    return {
        **{name: RESULTS / "experiments" / f"{name}.csv" for name in PLAN.experiments if PLAN.of(name)},
        **({CHOICES: RESULTS / "experiments" / f"{CHOICES}.csv"} if PLAN.variants else {}),
        **({REPLICATES: rules.collect_replicates.output[0]} if PLAN.replicated else {}),
        **({"times": rules.collect_times.output[0]} if PLAN.timed else {}),
        **{outputs.measured_input(name): RESULTS / "proofs" / f"{name}.csv" for name, _, _ in MEASUREMENTS},
        "parity": rules.collect_parity.output[0],
        **({name: rules.device_curves.output[name] for name in ("curves", "hysteresis")} if PLAN.has_curves else {}),
        "parameters": rules.device_curves.output.parameters,
        "selections": [training_folder(network) / "selection.json" for network in PLAN.networks],
        "histories": folds + published,
        **({"folds": folds} if folds else {}),
        "datasets": [RESULTS / "datasets" / f"{dataset}.npz" for dataset in PLAN.datasets],
        "layers": RESULTS / "tables" / "networks.csv",
        "rulegraph": rules.rulegraph.output[0],
        "records": [record for experiment in PLAN.experiments for record in records_of(experiment)]
        + records_of_replicates(),
    }


def inputs_of(names):
    files = study_files()
    return {name: files[name] for name in names if name in files}


def of_coherence():
    """Names of what the coherence table is made from."""
    measured_inputs = [outputs.measured_input(name) for name in PAPER.measurements]
    return [
        *PLAN.experiments,
        CHOICES,
        *(name for name in outputs.CLAIMS if name not in ("records", REPLICATES)),
        *measured_inputs,
    ]


def recipe_files():
    """The experiments of the studies that stand for other recipes."""
    return [
        path
        for folder in config["choices"].get("recipes", {}).values()
        for path in sorted(Path(folder).glob("experiments/*.csv"))
    ]


def possible(table):
    """The figures or tables whose inputs this study has."""
    files = study_files()
    return [name for name, output in table.items() if all(needed in files for needed in output.inputs)]


# Seconds of work each; where jobs are submitted to a cluster, these stay where Snakemake runs.
localrules:
    all,
    collect_experiment,
    collect_measurement,
    collect_parity,
    collect_replicates,
    collect_times,
    figures,
    provenance,
    rulegraph,
    select_alternative,
    select_checkpoint,
    tables,
    validate,


def plan_of(jobs):
    """Lines on what is to run and why, on what is probably not meant, on time and space."""
    work = [(job.rule.name, job.wildcards_dict) for job in jobs]
    evaluations = Counter((job.experiment, job.part) for job in PLAN.jobs)
    return [
        *(f"warning: {line}" for line in warnings((f"{job.experiment}: {job.part}", job.setting) for job in PLAN.jobs)),
        *(f"note: {line}" for line in merged(config, config_sources, evaluations)),
        announcement(work, PLAN, workflow.cores or 1),
        f"To do: {changes.summary(jobs, workflow.dag.reason)}",
    ]


def wrong_target():
    """The first target of the command that nothing makes, with those that there are; None where each can be made."""
    files = [RESULTS / "figures" / f"{figure}.png" for figure in possible(FIGURES)]
    files += [RESULTS / "tables" / f"{table}.csv" for table in possible(TABLES)]
    files += [RESULTS / "experiments" / f"{name}.csv" for name in PLAN.experiments if PLAN.of(name)]
    return targets.wrong(
        workflow.dag_settings.targets or (),
        ["all", "figures", "tables", "validate", "pretrained"],
        [str(path) for path in (*files, RESULTS / "report.html")],
        lambda target: any(rule.name == target or rule.is_producer(target) for rule in workflow.rules),
    )


def at_the_end():
    """What Snakemake has no other place for: the plan of a dry run, which starts nothing, and a target misspelt."""
    if workflow.main_snakefile != str(REPOSITORY / "Snakefile") or workflow.dag_settings is None:
        return  # another workflow uses this one, or nothing was asked for
    if line := wrong_target():
        print(line, file=sys.stderr)
    elif workflow.dryrun and workflow.dag:
        print(*plan_of(list(workflow.dag.needrun_jobs(exclude_finished=False))), sep="\n", file=sys.stderr)


atexit.register(at_the_end)


onstart:
    lock.record()
    unlimit(workflow.scheduler)
    jobs = list(workflow.dag.needrun_jobs())
    work = [(job.rule.name, job.wildcards_dict) for job in jobs]
    try:
        check_space(work, PLAN, RESULTS)
        print(*plan_of(jobs), sep="\n", file=sys.stderr)
        preflight.check(work, PLAN, workflow.local_exec)
        if not workflow.local_exec:
            cluster.check_fits(jobs, workflow.cores)
    except InputError as error:
        raise WorkflowError(str(error)) from None
