"""Images: the original files as one checked archive a data set."""


def local_file(wildcards):
    """The archive of a data set of one's own, so that another content makes it stale."""
    entry = config["datasets"][wildcards.dataset]
    return [entry["path"]] if entry["source"] == "npz" else []


rule prepare_dataset:
    input:
        local_file,
    output:
        RESULTS / "datasets" / "{dataset}.npz",
    params:
        entry=lambda wildcards: canonical(config["datasets"][wildcards.dataset]),
        download_dir=config["download_dir"],
        code=provenance.code_hash("datasets"),
    log:
        LOGS / "prepare_dataset" / "{dataset}.log",
    benchmark:
        BENCHMARKS / "prepare_dataset" / "{dataset}.jsonl"
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=2500,
        runtime=30,
    retries: 1
    message:
        "Preparing the images of {wildcards.dataset}"
    script:
        "../scripts/prepare_dataset.py"


rule make_folds:
    input:
        data_of,
    output:
        RESULTS / "training" / "{network}" / "folds.npz",
    params:
        folds=config["training"]["folds"],
        seed=config["seed"],
        code=provenance.code_hash("folds"),
    log:
        LOGS / "make_folds" / "{network}.log",
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    message:
        "Dealing the training images of {wildcards.network} into {params.folds} folds"
    script:
        "../scripts/make_folds.py"
