# The state of a job as Snakemake asks for it: running, success or failed. A job that LSF has forgotten
# (CLEAN_PERIOD, an hour unless changed) counts as failed and is run again.
case $(bjobs -noheader -o stat "$1" 2>/dev/null) in
    DONE) echo success ;;
    EXIT | ZOMBI | "") echo failed ;;
    *) echo running ;;
esac
