"""Images: the original files as one checked archive a data set."""


rule prepare_dataset:
    input:
        local_file,
    output:
        RESULTS / "datasets" / "{dataset}.npz",
    log:
        LOGS / "prepare_dataset" / "{dataset}.log",
    benchmark:
        BENCHMARKS / "prepare_dataset" / "{dataset}.jsonl"
    retries: 1
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory_of("prepare_dataset"),
        runtime=minutes_of("prepare_dataset"),
    params:
        entry=lambda wildcards: canonical(PLAN.images(wildcards.dataset)),
        download_dir=config["download_dir"],
        code=code_of_data,
    message:
        "Preparing the images of {wildcards.dataset}"
    script:
        "../scripts/prepare_dataset.py"


rule make_folds:
    input:
        data_of,
    output:
        RESULTS / "training" / "{network}" / "folds.npz",
    log:
        LOGS / "make_folds" / "{network}.log",
    benchmark:
        BENCHMARKS / "make_folds" / "{network}.jsonl"
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        folds=lambda wildcards: PLAN.folds(wildcards.network),
        seed=config["seed"],
        code=code_hash("make_folds.py"),
    message:
        "Dealing the training images of {wildcards.network} into {params.folds} folds"
    script:
        "../scripts/make_folds.py"
