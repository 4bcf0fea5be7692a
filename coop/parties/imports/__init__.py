"""Files of the parties: the village register, and a county's first day."""

from coop.parties.imports.county import county_template, read_county, write_county
from coop.parties.imports.county_sheets import County
from coop.parties.imports.register import (
    MEMBERS,
    NUMBER,
    member_faults,
    members_of,
    number_faults,
    read_register,
    refuse,
    register_row,
    register_template,
    write_register,
)

__all__ = [
    "MEMBERS",
    "NUMBER",
    "County",
    "county_template",
    "member_faults",
    "members_of",
    "number_faults",
    "read_county",
    "read_register",
    "refuse",
    "register_row",
    "register_template",
    "write_county",
    "write_register",
]
