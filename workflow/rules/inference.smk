"""Crossbars: one evaluation a setting, the comparison with MemTorch, inference times."""


def job_of(wildcards):
    return PLAN.job(wildcards.experiment, wildcards.network, wildcards.label)


def seeds_of(wildcards):
    """No seed where nothing is drawn, so that such a setting does not depend on the number of repeats."""
    return PLAN.seeds(wildcards.network) if job_of(wildcards).setting.draws else []


rule evaluate:
    input:
        weights=weights_of,
        data=data_of,
    output:
        RESULTS / "evaluations" / "{experiment}" / "{network}" / "{label}.json",
    params:
        architecture=architecture_of,
        part=lambda wildcards: job_of(wildcards).part,
        setting=lambda wildcards: job_of(wildcards).setting.canonical(),
        seeds=seeds_of,
        code=provenance.code_hash("inference"),
    log:
        LOGS / "evaluate" / "{experiment}" / "{network}" / "{label}.log",
    benchmark:
        BENCHMARKS / "evaluate" / "{experiment}" / "{network}" / "{label}.jsonl"
    conda:
        "../../envs/crossbar.yaml"
    threads: config["threads"]["inference"]
    resources:
        mem_mb=2500,
        runtime=60,
    message:
        "Inference of {wildcards.network}: {wildcards.experiment}, {wildcards.label}"
    script:
        "../scripts/evaluate.py"


def records_of(experiment, network=None):
    return [
        RESULTS / "evaluations" / job.experiment / job.network / f"{job.label}.json"
        for job in PLAN.of(experiment, network)
    ]


rule collect_experiment:
    input:
        lambda wildcards: records_of(wildcards.experiment),
    output:
        RESULTS / "experiments" / "{experiment}.csv",
    log:
        LOGS / "collect_experiment" / "{experiment}.log",
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    message:
        "Collecting {wildcards.experiment}"
    script:
        "../scripts/collect_experiment.py"
