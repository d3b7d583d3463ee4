"""Choices that the text leaves open: other weights, and how far each alternative moves the result."""


use rule select_checkpoint as select_alternative with:
    output:
        weights=RESULTS / "training" / "{network}" / "selections" / "{selection}.safetensors",
        selection=RESULTS / "training" / "{network}" / "selections" / "{selection}.json",
    log:
        LOGS / "select_alternative" / "{network}.{selection}.log",
    benchmark:
        BENCHMARKS / "select_alternative" / "{network}.{selection}.jsonl"
    params:
        rule=lambda wildcards: wildcards.selection,
        code=code_of_selection,


rule choices:
    input:
        choices=RESULTS / "experiments" / "choices.csv",
        records=records_of("choices"),
    output:
        csv=report(
            RESULTS / "tables" / "choices.csv",
            category="Choices",
            caption="../report/choices.rst",
            labels={"table": "choices"},
        ),
        md=RESULTS / "tables" / "choices.md",
        sources=RESULTS / "tables" / "choices.sources.json",
    log:
        LOGS / "choices.log",
    benchmark:
        BENCHMARKS / "choices.jsonl"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    params:
        compared=PLAN.compared(),
        study=PLAN.described(),
        paper=config["paper"],
        code=code_hash("choices.py", used=USED | NUMBERS),
    message:
        "Comparing the choices that the text leaves open"
    script:
        "../scripts/choices.py"


rule coherence:
    input:
        unpack(lambda wildcards: inputs_of(of_coherence())),
        recipes=recipe_files(),
    output:
        csv=report(
            RESULTS / "tables" / "coherence.csv",
            category="Choices",
            caption="../report/choices.rst",
            labels={"table": "coherence"},
        ),
        md=RESULTS / "tables" / "coherence.md",
        sources=RESULTS / "tables" / "coherence.sources.json",
    log:
        LOGS / "coherence.log",
    benchmark:
        BENCHMARKS / "coherence.jsonl"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=30,
    params:
        points=canonical({name: point["experiment"] for name, point in config["choices"]["points"].items() if point}),
        recipe=PLAN.pretrained() or config["study"],
        recipes=canonical(config["choices"].get("recipes", {})),
        study=PLAN.described(),
        paper=config["paper"],
        code=code_hash("coherence.py", *filter(None, [PAPER.claims]), used=NUMBERS),
    message:
        "Judging the claims under each value of the choices"
    script:
        "../scripts/coherence.py"
