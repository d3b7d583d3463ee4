"""The report, and under which commit, versions and machine the study ran."""


rule provenance:
    input:
        rules.figures.input,
        rules.tables.input,
        rules.collect_parity.output,
    output:
        RESULTS / "provenance.json",
    log:
        LOGS / "provenance.log",
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        config=canonical(config),
        options=OPTIONS,
        code=code_hash("provenance.py"),
    message:
        "Recording commit, versions and machine"
    script:
        "../scripts/provenance.py"


rule report:
    input:
        rules.figures.input,
        rules.tables.input,
        rules.collect_parity.output,
        expand(RESULTS / "experiments" / "{experiment}.csv", experiment=PLAN.experiments),
        expand(
            REPOSITORY / "workflow" / "notebooks" / "template" / "{file}",
            file=["conf.json", "index.html.j2", "style.css"],
        ),
        notebook=REPOSITORY / "workflow" / "notebooks" / "report.ipynb",
        provenance=rules.provenance.output[0],
    output:
        html=RESULTS / "report.html",
    log:
        LOGS / "report.log",
    benchmark:
        BENCHMARKS / "report.jsonl"
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=lambda wildcards, output: str(Path(output.html).parent),
        config=canonical(config),
        code=code_hash("report.py", "report.ipynb", used=USED),
    message:
        "Writing the report"
    script:
        "../scripts/report.py"
