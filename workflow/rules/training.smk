"""Weights: cross-validation, the training on the published split, the choice of an epoch."""


rule train_fold:
    input:
        data=data_of,
        folds=rules.make_folds.output[0],
    output:
        history=RESULTS / "training" / "{network}" / "fold{fold}" / "history.csv",
        summary=RESULTS / "training" / "{network}" / "fold{fold}" / "summary.json",
        weights=RESULTS / "training" / "{network}" / "fold{fold}" / "weights.safetensors",  # of the last epoch
    log:
        LOGS / "train_fold" / "{network}.{fold}.log",
    benchmark:
        BENCHMARKS / "train_fold" / "{network}.{fold}.jsonl"
    conda:
        "../../envs/train.yaml"
    threads: config["threads"]["training"]
    resources:
        mem_mb=memory_of("train_fold"),
        runtime=minutes_of("train_fold"),
        gpu=0,  # one, where a profile says so
    params:
        network=lambda wildcards: wildcards.network,
        architecture=architecture_of,
        recipe=recipe_of,
        fold=lambda wildcards: wildcards.fold,
    message:
        "Training {wildcards.network} on fold {wildcards.fold}"
    script:
        "../scripts/train.py"


rule train_published:
    input:
        data=data_of,
    output:
        history=RESULTS / "training" / "{network}" / "published" / "history.csv",
        checkpoints=RESULTS / "training" / "{network}" / "published" / "checkpoints.safetensors",
    log:
        LOGS / "train_published" / "{network}.log",
    benchmark:
        BENCHMARKS / "train_published" / "{network}.jsonl"
    conda:
        "../../envs/train.yaml"
    threads: config["threads"]["training"]
    resources:
        mem_mb=memory_of("train_published"),
        runtime=minutes_of("train_published"),
        gpu=0,  # one, where a profile says so
    params:
        network=lambda wildcards: wildcards.network,
        architecture=architecture_of,
        recipe=recipe_of,
        fold="published",
    message:
        "Training {wildcards.network} on the published split"
    script:
        "../scripts/train.py"


rule select_checkpoint:
    input:
        history=rules.train_published.output.history,
        checkpoints=rules.train_published.output.checkpoints,
        folds=histories_for_selection,
    output:
        weights=RESULTS / "training" / "{network}" / "weights.safetensors",
        selection=RESULTS / "training" / "{network}" / "selection.json",
    log:
        LOGS / "select_checkpoint" / "{network}.log",
    benchmark:
        BENCHMARKS / "select_checkpoint" / "{network}.jsonl"
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        rule=config["training"]["checkpoint"],
        code=code_of_selection,
    message:
        "Selecting the epoch of {wildcards.network} by {params.rule}"
    script:
        "../scripts/select_checkpoint.py"


rule package_weights:
    input:
        weights=rules.select_checkpoint.output.weights,
        selection=rules.select_checkpoint.output.selection,
        history=rules.train_published.output.history,
        folds=lambda wildcards: [
            path.with_name(name)
            for path in fold_histories(wildcards.network)
            for name in ("history.csv", "summary.json", "weights.safetensors")
        ],
        data=data_of,
    output:
        directory(RESULTS / "pretrained" / "{network}"),
    log:
        LOGS / "package_weights" / "{network}.log",
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        description=lambda wildcards: canonical(pretrained.described(PLAN, wildcards.network)),
        config=lambda wildcards: canonical(config),  # a function, for its braces are no wildcards
        options=lambda wildcards: OPTIONS,
        code=code_hash("package_weights.py"),
    message:
        "Putting weights, histories and model card of {wildcards.network} together"
    script:
        "../scripts/package_weights.py"


rule pretrained:
    input:
        expand(rules.package_weights.output[0], network=PLAN.networks),
    message:
        "A folder a network, for workflow/resources/pretrained: {input}"
