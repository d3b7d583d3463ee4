"""Device curves (Figure 6)."""


rule device_curves:
    output:
        curves=RESULTS / "devices" / "curves.csv",
        hysteresis=RESULTS / "devices" / "hysteresis.csv",
        parameters=RESULTS / "devices" / "parameters.csv",
    log:
        LOGS / "device_curves.log",
    benchmark:
        BENCHMARKS / "device_curves.jsonl"
    conda:
        "../../envs/crossbar.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        own=PLAN.own_devices,
        shown=PLAN.devices,
        code=code_hash("device_curves.py"),
    message:
        "Sweeping the voltage of each device that has a model"
    script:
        "../scripts/device_curves.py"
