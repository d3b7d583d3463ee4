"""The report, and under which commit, versions and machine the study ran."""

from memristive_study.report import TEMPLATE as REPORT_TEMPLATE


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
        config=lambda wildcards: json.dumps(config),  # in its order, which labels have; a function: braces are no wildcards
        options=lambda wildcards: OPTIONS,
        study=PLAN.described(),
        inputs=lambda wildcards: sorted([*study_files(), *(["choices"] if PLAN.variants else [])]),
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
        [RESULTS / "experiments" / f"{experiment}.csv" for experiment in PLAN.experiments if PLAN.of(experiment)],
        [REPORT_TEMPLATE / file for file in ("conf.json", "index.html.j2", "style.css")],
        provenance=rules.provenance.output[0],
    output:
        html=RESULTS / "report.html",
        notebook=RESULTS / "report.ipynb",
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
        paper=config["paper"],
        code=code_hash("report.py", used=USED | used_of_paper(config["paper"])),
    message:
        "Writing the report"
    script:
        "../scripts/report.py"
