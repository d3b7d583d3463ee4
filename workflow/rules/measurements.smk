"""What the paper's proofs are made of: measurements of the study's networks and of those that come with the workflow."""


rule measure_network:
    input:
        weights=measured_weights,
        data=data_of,
    output:
        RESULTS / "proofs" / "{measurement}" / "{recipe}.{network}.csv",
    log:
        LOGS / "measure_network" / "{measurement}" / "{recipe}.{network}.log",
    benchmark:
        BENCHMARKS / "measure_network" / "{measurement}" / "{recipe}" / "{network}.jsonl"
    conda:
        "../../envs/crossbar.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    params:
        function=function_of,
        architecture=lambda wildcards: measurement_of(wildcards).architecture,
        normalisation=lambda wildcards: measurement_of(wildcards).normalisation,
        images=outputs.MEASURED_IMAGES,
        code=code_of_measurement,
    message:
        "Measuring {wildcards.network} ({wildcards.recipe}): {wildcards.measurement}"
    script:
        "../scripts/measure_network.py"


rule collect_measurement:
    input:
        lambda wildcards: measured(wildcards.measurement),
    output:
        RESULTS / "proofs" / "{measurement}.csv",
    log:
        LOGS / "collect_measurement" / "{measurement}.log",
    conda:
        "../../envs/report.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code_hash("concatenate.py", used=USED),
    message:
        "Collecting the measurements of {wildcards.measurement}"
    script:
        "../scripts/concatenate.py"
