"""The one error a user of this project is meant to see."""


class InputError(ValueError):
    """Something the user gave cannot be used.

    Its text is one line that names the file or key, the value, and what is allowed.
    """


class BeyondMeasurement(UserWarning):
    """A measured device is used outside of what was measured; one line says which value and what was measured."""
