# Hand a job script to LSF: submit.sh <processors> <memory in MB> <minutes> <script>. Prints the number of the job.
bsub -J memristive -o /dev/null -n "$1" -R "span[hosts=1] rusage[mem=$2MB]" -M "$2MB" -W "$3" sh "$4" |
    sed -n 's/^Job <\([0-9]*\)>.*/\1/p'
