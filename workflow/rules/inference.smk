"""Crossbars: one evaluation a setting, the comparison with MemTorch, inference times."""


rule evaluate:
    input:
        weights=weights_of,
        data=data_of,
    output:
        RESULTS / "evaluations" / "{experiment}" / "{network}" / "{label}.json",
    log:
        LOGS / "evaluate" / "{experiment}" / "{network}" / "{label}.log",
    benchmark:  # its time is the job's, its memory only the client's: the log states the job's
        BENCHMARKS / "evaluate" / "{experiment}" / "{network}" / "{label}.jsonl"
    conda:
        "../../envs/crossbar.yaml"
    threads: config["threads"]["inference"]
    resources:
        mem_mb=memory_of("evaluate"),
        runtime=minutes_of("evaluate"),
    params:
        architecture=architecture_of,
        part=lambda wildcards: job_of(wildcards).part,
        setting=lambda wildcards: job_of(wildcards).setting.canonical(),
        seeds=seeds_of,
        precision=lambda wildcards: canonical(PLAN.precision(job_of(wildcards))),
        code=code_of_evaluation,
    message:
        "Inference of {wildcards.network}: {wildcards.experiment}, {wildcards.label}"
    shell:
        "python -SP -m memristive_study.runtime.forkserver weights={input.weights:q} data={input.data:q}"
        " architecture={params.architecture:q} setting={params.setting:q} seeds={params.seeds:q}"
        " precision={params.precision:q} threads={threads}"
        " experiment={wildcards.experiment:q} network={wildcards.network:q} part={params.part:q}"
        " label={wildcards.label:q} output={output:q} log={log:q}"


rule collect_experiment:
    input:
        lambda wildcards: records_of(wildcards.experiment),
    output:
        RESULTS / "experiments" / "{experiment}.csv",
    log:
        LOGS / "collect_experiment" / "{experiment}.log",
    benchmark:
        BENCHMARKS / "collect_experiment" / "{experiment}.jsonl"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code_hash("collect_experiment.py", used=USED),
    message:
        "Collecting {wildcards.experiment}"
    script:
        "../scripts/collect_experiment.py"


use rule collect_experiment as collect_replicates with:
    input:
        records_beside_replicates(),
        records_of_replicates(),
    output:
        RESULTS / "experiments" / f"{REPLICATES}.csv",
    log:
        LOGS / "collect_replicates.log",
    benchmark:
        BENCHMARKS / "collect_replicates.jsonl"
    message:
        "Collecting the evaluations of further draws of the networks"


rule time_inference:
    input:
        weights=weights_of,
        data=data_of,
    output:
        RESULTS / "times" / "{network}.csv",
    log:
        LOGS / "time_inference" / "{network}.log",
    benchmark:
        BENCHMARKS / "time_inference" / "{network}.jsonl"
    conda:
        "../../envs/crossbar.yaml"
    threads: lambda wildcards: workflow.cores  # alone on the machine, for its time is the result
    resources:
        mem_mb=memory_of("time_inference"),
        runtime=minutes_of("time_inference"),
    params:
        architecture=architecture_of,
        setting=PLAN.base().canonical(),
        tile_shapes=config["inference_time"]["tile_shapes"],
        crossbar_images=config["inference_time"]["crossbar_images"],
        memtorch_images=config["inference_time"]["memtorch_images"],
        full_images=lambda wildcards: PLAN.full_images(wildcards.network),
        inner_threads=config["threads"]["inference"],
        code=lambda wildcards: code_hash("time_inference.py", *code_of_network(wildcards), used=USED),
    message:
        "Timing the inference of {wildcards.network} on both engines"
    script:
        "../scripts/time_inference.py"


rule collect_times:
    input:
        expand(RESULTS / "times" / "{network}.csv", network=PLAN.timed),
    output:
        RESULTS / "experiments" / "inference_time.csv",
    log:
        LOGS / "collect_times.log",
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code_hash("concatenate.py", used=USED),
    message:
        "Collecting the inference times"
    script:
        "../scripts/concatenate.py"


rule validate_network:
    input:
        weights=weights_of,
        data=data_of,
    output:
        RESULTS / "validation" / "{experiment}" / "{network}.json",
    log:
        LOGS / "validate" / "{experiment}" / "{network}.log",
    benchmark:
        BENCHMARKS / "validate" / "{experiment}" / "{network}.jsonl"
    conda:
        "../../envs/crossbar.yaml"
    threads: 1
    resources:
        mem_mb=memory_of("validate_network"),
        runtime=minutes_of("validate_network"),
    params:
        architecture=architecture_of,
        settings=lambda wildcards: PLAN.validated(wildcards.experiment, wildcards.network),
        images=config["validation"]["images"],
        code=lambda wildcards: code_hash("validate.py", *code_of_network(wildcards), used=USED),
    message:
        "Comparing {wildcards.network} with MemTorch: {wildcards.experiment}"
    script:
        "../scripts/validate.py"


rule collect_parity:
    input:
        [
            RESULTS / "validation" / experiment / f"{network}.json"
            for experiment in PLAN.experiments
            for network in PLAN.networks_of(experiment)
            if network in config["validation"]["networks"]
        ],
    output:
        RESULTS / "validation" / "parity.csv",
    log:
        LOGS / "collect_parity.log",
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code_hash("collect_parity.py", used=USED),
    message:
        "Collecting the comparisons with MemTorch"
    script:
        "../scripts/collect_parity.py"


rule validate:
    input:
        rules.collect_parity.output,
