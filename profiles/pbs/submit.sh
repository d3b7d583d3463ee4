# Hand a job script to PBS: submit.sh <processors> <memory in MB> <minutes> <script>. Prints the number of the job.
qsub -V -N memristive -j oe -o /dev/null \
    -l "select=1:ncpus=$1:mem=$2mb" -l "walltime=$(($3 / 60)):$(($3 % 60)):00" "$4"
