"""How templates are read: what a page and a mail have in common."""

from importlib.resources import files

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from customer_health.pages import words


def template_environment() -> Environment:
    """Give the templates with the filters that write figures."""
    environment = Environment(
        loader=FileSystemLoader(str(files("customer_health.pages") / "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= words.FILTERS | {"file_name": file_name}
    return environment


def file_name(account_id: str) -> str:
    """An account's id as the name of a file: what is not a letter, digit, `-` or `_` as its code.

    Two ids never share a name, also where a disk does not tell upper case from lower.
    """
    return "".join(
        letter
        if letter.isascii() and (letter.islower() or letter.isdigit() or letter == "-")
        else f"_{ord(letter):x}_"
        for letter in account_id
    )
