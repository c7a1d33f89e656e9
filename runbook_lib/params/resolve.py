"""From a profile and the command line to the values of each stage; everything is checked; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from runbook_lib.errors import BadValue, ParamsError, UnknownParameter, UnknownStage
from runbook_lib.params.cells import Parameter
from runbook_lib.params.nearest import did_you_mean
from runbook_lib.params.profiles import Profile, Setting
from runbook_lib.params.types import fits, from_text, wanted

Declared = Mapping[str, Sequence[Parameter]]
Values = Mapping[str, Mapping[str, object]]


def resolve_parameters(profile: Profile, stages: Declared, overrides: Sequence[str]) -> Values:
    """Give the values to inject into each stage: those of the profile, then those of the command.

    Args:
        profile: the profile.
        stages: the parameters that each stage of the runbook declares.
        overrides: texts of the form `STAGE.NAME=VALUE`; later ones win.

    Raises:
        UnknownStage: a value is for a stage that does not exist.
        UnknownParameter: the stage takes no such parameter.
        BadValue: a value has the wrong type.
    """
    values: dict[str, dict[str, object]] = {}
    for stage, name, setting in _settings(profile, stages, overrides):
        parameter = _find(stage, name, setting, stages)
        if not fits(parameter.annotation, setting.value):
            raise _bad(stage, parameter, setting)
        values.setdefault(stage, {})[name] = setting.value
    return values


def secret_references(stages: Declared, values: Values) -> Iterator[tuple[str, str]]:
    """List the secret references that hold: the parameter as `stage.name`, and the reference."""
    for stage, parameters in stages.items():
        for parameter in parameters:
            if parameter.is_secret:
                value = values.get(stage, {}).get(parameter.name, parameter.default)
                yield f"{stage}.{parameter.name}", str(value)


def _settings(
    profile: Profile, stages: Declared, overrides: Sequence[str]
) -> Iterator[tuple[str, str, Setting]]:
    for stage, settings in profile.parameters.items():
        for name, setting in settings.items():
            yield stage, name, setting
    for override in overrides:
        stage, name, text = _split(override)
        where = f"--param {override}"
        parameter = _find(stage, name, Setting(text, where), stages)
        if parameter.is_secret:  # perhaps somebody has written the secret itself
            where = f"--param {stage}.{name}=…"
        yield stage, name, Setting(from_text(parameter.annotation, text), where)


def _split(override: str) -> tuple[str, str, str]:
    target, equals, text = override.partition("=")
    stage, dot, name = target.partition(".")
    if not (equals and dot and stage and name):
        raise ParamsError(
            f'--param "{override}" is not understood', hint="write --param STAGE.NAME=VALUE"
        )
    return stage, name, text


def _find(stage: str, name: str, setting: Setting, stages: Declared) -> Parameter:
    if stage not in stages:
        raise UnknownStage(
            f'there is no stage "{stage}" ({setting.where})',
            f"the stages are: {', '.join(stages)}",
            hint=did_you_mean(stage, stages),
        )
    declared = {parameter.name: parameter for parameter in stages[stage]}
    if name not in declared:
        raise UnknownParameter(
            f'parameter "{name}" is unknown to stage {stage} ({setting.where})',
            f"the stage takes: {', '.join(declared) or 'no parameters'}",
            hint=did_you_mean(name, declared),
        )
    return declared[name]


def _bad(stage: str, parameter: Parameter, setting: Setting) -> BadValue:
    seen = "another text" if parameter.is_secret else repr(setting.value)
    return BadValue(
        f'parameter "{parameter.name}" of stage {stage} has a wrong value ({setting.where})',
        f"it is to be {wanted(parameter.annotation)}, and is: {seen}",
        hint=f"the stage's own value is {parameter.default!r}: {parameter.help}",
    )
