"""A tool that agents of every framework take as it is."""


def multiply(x: int, y: int) -> int:
    """Multiply two numbers.

    Args:
        x: The first number.
        y: The second number.
    """
    return x * y
