# The state of a job as Snakemake asks for it: running, success or failed. PBS must remember jobs that have ended
# (job_history_enable); one that it has forgotten counts as failed and is run again.
found=$(qstat -x -f "$1" 2>/dev/null || qstat -f "$1" 2>/dev/null)
case $(printf '%s\n' "$found" | sed -n 's/^ *job_state = //p') in
    [FCX])
        code=$(printf '%s\n' "$found" | sed -n 's/^ *[Ee]xit_status = //p')
        if [ "$code" = 0 ]; then echo success; else echo failed; fi
        ;;
    "") echo failed ;;
    *) echo running ;;
esac
