"""What each job of the workflow does."""
