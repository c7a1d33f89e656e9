"""Profiles and parameters: read, merged, and checked before anything runs."""

from runbook_lib.params.cells import Parameter, read_parameters
from runbook_lib.params.profiles import Profile, Setting, load_profile, profile_names
from runbook_lib.params.resolve import resolve_parameters, secret_references

__all__ = [
    "Parameter",
    "Profile",
    "Setting",
    "load_profile",
    "profile_names",
    "read_parameters",
    "resolve_parameters",
    "secret_references",
]
