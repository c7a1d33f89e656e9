"""The engine's build messages are read into steps, and only what a reader wants is said."""

from runbook_lib.engine.build_log import BuildLog

_BUILD: list[dict[str, object]] = [
    {"stream": "Step 1/3 : FROM debian"},
    {"stream": "\n"},
    {"stream": " ---> 0a1b2c3d4e5f\n"},
    {"stream": "Step 2/3 : RUN echo hi"},
    {"stream": "\n"},
    {"stream": " ---> Running in 0a1b2c3d4e5f\n"},
    {"stream": "hi\n"},
    {"stream": "Removing intermediate container 0a1b2c3d4e5f\n"},
    {"stream": " ---> 1a1b2c3d4e5f\n"},
    {"stream": "Step 3/3 : LABEL runbook.stage=images"},
    {"stream": "\n"},
    {"stream": " ---> Using cache\n"},
    {"aux": {"ID": "sha256:00"}},
    {"stream": "Successfully built 1a1b2c3d4e5f\n"},
    {"stream": "Successfully tagged test-image:latest\n"},
]


def _read(messages: list[dict[str, object]], hidden_steps: int = 0) -> tuple[BuildLog, list[str]]:
    said: list[str] = []
    log = BuildLog(said.append, hidden_steps)
    for message in messages:
        log.read(message)
    return log, said


def test_ids_and_bookkeeping_are_not_said() -> None:
    _, said = _read(_BUILD)

    assert said == [
        "step 1/3  FROM debian",
        "step 2/3  RUN echo hi",
        "  hi",
        "step 3/3  LABEL runbook.stage=images  (cached)",
    ]


def test_hidden_steps_are_neither_said_nor_counted() -> None:
    _, said = _read(_BUILD, hidden_steps=1)

    assert said == ["step 1/2  FROM debian", "step 2/2  RUN echo hi", "  hi"]


def test_each_step_knows_its_output_and_whether_it_was_cached() -> None:
    log, _ = _read(_BUILD)

    assert [(step.cached, step.output) for step in log.steps] == [
        (False, []),
        (False, ["hi"]),
        (True, []),
    ]


def test_an_error_is_kept() -> None:
    log, said = _read([{"stream": "Step 1/1 : RUN false"}, {"error": "non-zero code: 1\n"}])

    assert said == ["step 1/1  RUN false"]
    assert log.error == "non-zero code: 1"


def test_colours_are_left_out() -> None:
    _, said = _read([{"stream": "Step 1/1 : RUN x"}, {"stream": "\x1b[91msh: no x\n\x1b[0m"}])

    assert said == ["step 1/1  RUN x", "  sh: no x"]


def test_a_long_run_of_cached_steps_is_one_line() -> None:
    steps: list[dict[str, object]] = []
    for number in range(1, 8):
        steps.append({"stream": f"Step {number}/8 : COPY {number} ."})
        steps.append({"stream": " ---> Using cache\n"})
        steps.append({"stream": " ---> 0a1b2c3d4e5f\n"})
    steps += [{"stream": "Step 8/8 : RUN x"}, {"stream": " ---> Running in 0a1b2c3d4e5f\n"}]

    _, said = _read(steps)

    assert said == ["steps 1 to 7 of 8  (cached)", "step 8/8  RUN x"]


def test_a_step_that_says_nothing_is_said() -> None:
    _, said = _read([{"stream": "Step 1/2 : ARG A"}, {"stream": "Step 2/2 : FROM scratch"}])

    assert said == ["step 1/2  ARG A"]
