"""The one error a user of this project is meant to see."""


class InputError(ValueError):
    """Something the user gave cannot be used.

    Its text is one line that names the file or key, the value, and what is allowed.
    """
