"""Figures, tables and the ledger of claims, each from the files that its registration names (results/outputs.py)."""


rule rulegraph:
    output:
        RESULTS / "rulegraph.txt",
    log:
        LOGS / "rulegraph.log",
    benchmark:
        BENCHMARKS / "rulegraph.jsonl"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        run=config["run"],
        rules=rules_hash(REPOSITORY),
        code=code_hash("rulegraph.py"),
    message:
        "Writing down which rule feeds which"
    script:
        "../scripts/rulegraph.py"


rule figure:
    input:
        unpack(lambda wildcards: inputs_of(FIGURES[wildcards.figure].inputs)),
    output:
        png=report(
            RESULTS / "figures" / "{figure}.png",
            category="Figures",
            caption="../report/figure.rst",
            labels=lambda wildcards: {"figure": FIGURES[wildcards.figure].title},
        ),
        svg=RESULTS / "figures" / "{figure}.svg",
    log:
        LOGS / "figure" / "{figure}.log",
    benchmark:
        BENCHMARKS / "figure" / "{figure}.jsonl"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    params:
        draw=lambda wildcards: outputs.reference(FIGURES[wildcards.figure].draw),
        caption=lambda wildcards: FIGURES[wildcards.figure].caption,
        study=PLAN.described(),
        paper=config["paper"],
        code=code_of_figure,
    message:
        "Drawing {wildcards.figure}"
    script:
        "../scripts/figure.py"


rule table:
    input:
        unpack(lambda wildcards: inputs_of(TABLES[wildcards.table].inputs)),
    output:
        csv=report(
            RESULTS / "tables" / "{table}.csv",
            category="Tables",
            caption="../report/table.rst",
            labels=lambda wildcards: {"table": TABLES[wildcards.table].title},
        ),
        md=RESULTS / "tables" / "{table}.md",
        sources=RESULTS / "tables" / "{table}.sources.json",
    log:
        LOGS / "table" / "{table}.log",
    benchmark:
        BENCHMARKS / "table" / "{table}.jsonl"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    params:
        make=lambda wildcards: outputs.reference(TABLES[wildcards.table].make),
        caption=lambda wildcards: TABLES[wildcards.table].title,
        study=PLAN.described(),
        paper=config["paper"],
        code=code_of_table,
    message:
        "Writing {wildcards.table}"
    script:
        "../scripts/table.py"


rule claims:
    input:
        # A function: of a list of all records Snakemake would hash the whole for each of them.
        unpack(lambda wildcards: inputs_of([*PLAN.experiments, *outputs.CLAIMS])),
    output:
        csv=report(
            RESULTS / "claims.csv", category="Claims", caption="../report/claims.rst", labels={"table": "claims"}
        ),
        md=RESULTS / "claims.md",
        sources=RESULTS / "claims.sources.json",
    log:
        LOGS / "claims.log",
    benchmark:
        BENCHMARKS / "claims.jsonl"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    params:
        study=PLAN.described(),
        paper=config["paper"],
        code=code_hash("claims.py", *filter(None, [PAPER.claims]), used=NUMBERS),
    message:
        "Judging the paper's claims"
    script:
        "../scripts/claims.py"


rule figures:
    input:
        expand(RESULTS / "figures" / "{figure}.png", figure=possible(FIGURES)),


rule tables:
    input:
        expand(RESULTS / "tables" / "{table}.csv", table=possible(TABLES)),
        [*rules.claims.output, *rules.coherence.output] if JUDGED else [],
        rules.choices.output if PLAN.variants else [],
