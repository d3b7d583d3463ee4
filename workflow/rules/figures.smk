"""Figures, tables and the ledger of claims, each from the files that `memristive.outputs` names."""

from memristive import outputs


def study_files():
    """Every file that figures and tables are made from, by the name that they know it by."""
    histories = [history for network in PLAN.networks for history in fold_histories(network)]
    published = [RESULTS / "training" / network / "published" / "history.csv" for network in PLAN.networks]
    return {
        **{name: RESULTS / "experiments" / f"{name}.csv" for name in PLAN.experiments},
        **({"times": rules.collect_times.output[0]} if PLAN.timed else {}),
        "parity": rules.collect_parity.output[0],
        "curves": rules.device_curves.output.curves,
        "hysteresis": rules.device_curves.output.hysteresis,
        "parameters": rules.device_curves.output.parameters,
        "selections": [RESULTS / "training" / network / "selection.json" for network in PLAN.networks],
        "histories": histories + published,
        "datasets": [RESULTS / "datasets" / f"{dataset}.npz" for dataset in PLAN.datasets],
        "layers": RESULTS / "tables" / "networks.csv",
        "rulegraph": rules.rulegraph.output[0],
    }


def inputs_of(output):
    files = study_files()
    return {name: files[name] for name in output.inputs if name in files}


def possible(table):
    """The figures or tables whose inputs this study has."""
    files = study_files()
    return [name for name, output in table.items() if all(needed in files for needed in output.inputs)]


rule rulegraph:
    output:
        RESULTS / "rulegraph.txt",
    params:
        run=config["run"],
        rules=provenance.rules_hash(REPOSITORY),
    log:
        LOGS / "rulegraph.log",
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    message:
        "Writing down which rule feeds which"
    script:
        "../scripts/rulegraph.py"


rule figure:
    input:
        unpack(lambda wildcards: inputs_of(outputs.FIGURES[wildcards.figure])),
    output:
        png=report(
            RESULTS / "figures" / "{figure}.png",
            category="Figures",
            caption="../report/figure.rst",
            labels={"figure": "{figure}"},
        ),
        svg=RESULTS / "figures" / "{figure}.svg",
    params:
        name=lambda wildcards: wildcards.figure,
        caption=lambda wildcards: outputs.FIGURES[wildcards.figure].caption,
        networks=PLAN.described(),
        code=provenance.code_hash("figures"),
    log:
        LOGS / "figure" / "{figure}.log",
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    message:
        "Drawing {wildcards.figure}"
    script:
        "../scripts/figure.py"


rule table:
    input:
        unpack(lambda wildcards: inputs_of(outputs.TABLES[wildcards.table])),
    output:
        csv=report(
            RESULTS / "tables" / "{table}.csv",
            category="Tables",
            caption="../report/table.rst",
            labels={"table": "{table}"},
        ),
        md=RESULTS / "tables" / "{table}.md",
    params:
        name=lambda wildcards: wildcards.table,
        caption=lambda wildcards: outputs.TABLES[wildcards.table].title,
        networks=PLAN.described(),
        code=provenance.code_hash("tables"),
    log:
        LOGS / "table" / "{table}.log",
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    message:
        "Writing {wildcards.table}"
    script:
        "../scripts/table.py"


rule claims:
    input:
        **{name: path for name, path in study_files().items() if name in outputs.CLAIMS},
    output:
        csv=report(
            RESULTS / "claims.csv", category="Claims", caption="../report/claims.rst", labels={"table": "claims"}
        ),
        md=RESULTS / "claims.md",
    params:
        networks=PLAN.described(),
        code=provenance.code_hash("claims"),
    log:
        LOGS / "claims.log",
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    message:
        "Judging the paper's claims"
    script:
        "../scripts/claims.py"


rule figures:
    input:
        expand(RESULTS / "figures" / "{figure}.png", figure=possible(outputs.FIGURES)),


rule tables:
    input:
        expand(RESULTS / "tables" / "{table}.csv", table=possible(outputs.TABLES)),
        rules.claims.output,
