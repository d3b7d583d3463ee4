"""Why a network loses accuracy on crossbars: which effect, in which layer, and what gets it back."""
