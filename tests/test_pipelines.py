"""What services use from this repository: the pre-commit hook, the GitHub Action, the templates for
GitLab and Azure Pipelines, and the image.

The tests run the scripts as the service would. A test that needs a package index, or a tool that
only `.[dev]` installs, is marked `packaging`.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml
from dockerfile_parse import DockerfileParser

from conftest import IN_WINDOW, ROOT

pytestmark = pytest.mark.slow

HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
GITLAB_SPEC, GITLAB = yaml.safe_load_all(
    (ROOT / "templates" / "htq.yml").read_text(encoding="utf-8")
)
AZURE = yaml.safe_load((ROOT / "azure" / "htq.yml").read_text(encoding="utf-8"))

GITHUB_INPUTS = {name: given["default"] for name, given in ACTION["inputs"].items()}
GITLAB_INPUTS = {
    name: given.get("default") for name, given in GITLAB_SPEC["spec"]["inputs"].items()
}
AZURE_INPUTS = {given["name"]: given.get("default") for given in AZURE["parameters"]}

TOOLS = Path(sys.executable).parent
"""The folder with the programs that `.[dev]` installs."""

FAKE_PYTHON = f"""#!/bin/sh
# A Python whose new environments have everything already.
case $* in
  "-I -m venv "*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
  "-I -m pip install "*) ;;
  "-I -m htqcli "* | "-I -c "*) exec {shlex.quote(sys.executable)} "$@" ;;
  *) echo "not in isolation: $*"; exit 99 ;;
esac
"""


class Service:
    """A service that runs scripts of this repository, with a folder for its own files."""

    def __init__(self, folder, python):
        self.temp, self.python = folder / "temp", Path(python)
        self.temp.mkdir()
        self.made = None

    def report(self):
        """The text of the report that the service collects, or None."""
        return self.made.read_text(encoding="utf-8") if self.made and self.made.exists() else None

    def first_on_the_path(self):
        return {"PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"}


class Github(Service):
    """The action, whose steps run one after another until one fails."""

    def run(self, cwd, **inputs):
        given = {**GITHUB_INPUTS, **{key.replace("_", "-"): text for key, text in inputs.items()}}
        values = {f"inputs.{key}": text for key, text in given.items()}
        values["steps.python.outputs.python-path"] = str(self.python)
        self.summary = self.temp / "summary"
        for step in STEPS:
            if "run" not in step:
                continue
            told = self.temp / step["id"]
            env = {
                **filled(step["env"], r"\$\{\{ (\S+) \}\}", values),
                "RUNNER_TEMP": self.temp,
                "GITHUB_OUTPUT": told,
                "GITHUB_STEP_SUMMARY": self.summary,
                "GITHUB_ACTION_PATH": ROOT,
            }
            told.write_text("", encoding="utf-8")
            done = run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd, env)  # fmt: skip
            self.outputs = dict(line.split("=", 1) for line in told.read_text().splitlines())
            values |= {f"steps.{step['id']}.outputs.{key}": v for key, v in self.outputs.items()}
            if done.returncode:
                break
        self.made = Path(self.outputs["sarif"]) if "sarif" in self.outputs else None
        return done


class Gitlab(Service):
    """The job of the component, in an image that has only sh."""

    shell = "sh", "-e", "-c"

    def run(self, cwd, **inputs):
        given = {**GITLAB_INPUTS, "package": str(ROOT)}
        given |= {name.replace("_", "-"): text for name, text in inputs.items()}
        variables = GITLAB["htq"]["variables"]
        assert all(variable["expand"] is False for variable in variables.values())
        texts = {name: variable["value"] for name, variable in variables.items()}
        env = filled(texts, r"\$\[\[ inputs\.(\S+) \]\]", given) | self.first_on_the_path()
        self.made = cwd / GITLAB["htq"]["artifacts"]["reports"]["junit"]
        return run([*self.shell, "\n".join(GITLAB["htq"]["script"])], cwd, env)


class GitlabWithBash(Gitlab):
    """The same in an image that has bash."""

    shell = "bash", "-eo", "pipefail", "-c"


class Azure(Service):
    """The steps of the template."""

    def run(self, cwd, **inputs):
        script, publish = AZURE["steps"]
        given = {**AZURE_INPUTS, "package": str(ROOT)}
        given |= {name.replace("fail_on", "failOn"): text for name, text in inputs.items()}
        env = filled(script["env"], r"\$\{\{ parameters\.(\S+) \}\}", given)
        env |= {"AGENT_TEMPDIRECTORY": self.temp, **self.first_on_the_path()}
        assert publish["inputs"]["searchFolder"] == "$(Agent.TempDirectory)"
        self.made = self.temp / publish["inputs"]["testResultsFiles"]
        return run(["bash", "--noprofile", "--norc", "-c", script["bash"]], cwd, env)


def filled(texts, expression, values):
    """Environment variables with the service's expressions evaluated."""
    return {
        name: re.sub(expression, lambda found: values[found[1]], text)
        for name, text in texts.items()
    }


SERVICES = [Github, Gitlab, GitlabWithBash, Azure]


def run(command, cwd, env=None, **options):
    """Run a command in a folder, with both output streams together as text."""
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **{name: str(value) for name, value in (env or {}).items()}},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=900,
        **options,
    )


@pytest.fixture
def python(tmp_path):
    """A fake `python3` whose new environments already have htq."""
    folder = tmp_path / "programs"
    folder.mkdir()
    made = folder / "python3"
    made.write_text(FAKE_PYTHON, encoding="utf-8")
    made.chmod(0o755)
    return str(made)


@pytest.fixture(params=SERVICES)
def service(request, tmp_path, python):
    return request.param(tmp_path, python)


@pytest.fixture
def checkout(tmp_path):
    """A checkout with a draft that is ready, in a folder of its own."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / "examples", folder / "drafts")
    return folder


def broken(checkout, name="drafts/broken.yaml"):
    """Write a draft that is not ready because of one error, and return its name."""
    text = (ROOT / "examples" / "application.yaml").read_text(encoding="utf-8")
    made = checkout / name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(text.replace("level: 4", "level: 6", 1), encoding="utf-8")
    return name


def test_a_draft_that_is_ready_passes(service, checkout):
    done = service.run(checkout, paths="drafts", at=IN_WINDOW)
    assert done.returncode == 0, done.stdout
    assert service.report() is not None


def test_a_draft_that_is_not_ready_fails_and_is_reported(service, checkout):
    broken(checkout)
    done = service.run(checkout, paths="drafts", at=IN_WINDOW)
    assert done.returncode == 1, done.stdout
    assert "HTQ401" in done.stdout
    assert "broken.yaml" in service.report()


def test_the_current_folder_is_checked_if_no_path_is_given(service, checkout):
    broken(checkout)
    done = service.run(checkout, at=IN_WINDOW)
    assert done.returncode == 1, done.stdout
    assert "HTQ401" in done.stdout


OTHERS = {
    ".gitlab-ci.yml": "stages: [test]",
    ".pre-commit-config.yaml": "repos: []",
    "azure-pipelines.yml": "trigger: [main]",
    "node_modules/x/package.json": '{"name": "x"}',
    "mkdocs.yml": "site_name: x",
    "docker-compose.yml": "services: {}",
}


def test_checking_the_root_of_a_checkout_leaves_out_files_of_other_programs(service, checkout):
    for name, text in OTHERS.items():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(text, encoding="utf-8")
    done = service.run(checkout, at=IN_WINDOW, ignore="HTQ509")
    assert done.returncode == 0, done.stdout
    assert "Left out: 3 files that are not drafts." in done.stdout
    shutil.rmtree(checkout / "drafts")
    done = service.run(checkout, at=IN_WINDOW)
    assert done.returncode == 3, done.stdout
    assert "the folder has no draft" in done.stdout


def test_the_action_leaves_accepted_findings_out_of_its_report(tmp_path, python, checkout):
    path = checkout / "drafts" / "application.yaml"
    text = path.read_text(encoding="utf-8").replace("Level 4 Diploma", "Diploma HTQ", 1)
    entry = "accept:\n  - {rule: HTQ403, reason: Agreed, until: 2022-06-01}\n"
    path.write_text(text + entry, encoding="utf-8")
    action = Github(tmp_path, python)
    assert action.run(checkout, at=IN_WINDOW).returncode == 0
    results = json.loads(action.report())["runs"][0]["results"]
    assert "HTQ403" not in [result["ruleId"] for result in results]


def test_a_draft_after_its_window_passes_if_the_rule_is_ignored(service, checkout):
    assert service.run(checkout, paths="drafts").returncode == 1
    done = service.run(checkout, paths="drafts", ignore="HTQ301,HTQ306,HTQ509", fail_on="info")
    assert done.returncode == 0, done.stdout


def test_other_options_are_given_one_per_line(service, checkout):
    broken(checkout)
    options = "--exclude\nbroken.yaml\n\n--select=HTQ4"
    done = service.run(checkout, paths="drafts", at=IN_WINDOW, options=options)
    assert done.returncode == 0, done.stdout


def test_a_missing_path_gives_exit_code_3(service, checkout):
    done = service.run(checkout, paths="drafts\nnowhere.yaml\n", at=IN_WINDOW)
    assert done.returncode == 3, done.stdout
    assert "nowhere.yaml" in done.stdout


def test_an_unknown_severity_gives_exit_code_2_and_no_report(service, checkout):
    done = service.run(checkout, paths="drafts", at=IN_WINDOW, fail_on="-h")
    assert done.returncode == 2, done.stdout
    assert service.report() is None


def test_a_time_that_begins_with_a_hyphen_is_not_read_as_an_option(service, checkout):
    done = service.run(checkout, paths="drafts", at="--exit-zero")
    assert done.returncode == 2, done.stdout


HOSTILE = [
    "$(touch obeyed)",
    "`touch obeyed`",
    "; touch obeyed",
    "' ; touch obeyed '",
    '" ; touch obeyed "',
    "${PATH}",
    "$HOME",
    "%PATH%",
    "-",
    "-h",
    "--exit-zero",
    "--report=json=obeyed",
    "::set-env name=obeyed::yes",
    "::stop-commands::token",
    "##vso[task.setvariable variable=obeyed]yes",
    "##[command]obeyed",
    "*",
    "~",
    " with spaces ",
    "a\\nb",
    "PATHS",
    "OPTIONS",
    "\u202eright-to-left",
    "\x1b]0;obeyed\x07",
    "section_start:0:obeyed",
]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("named", ["each", "by their folder"])
def test_file_names_cannot_command_the_shell_or_the_pipeline(service, checkout, named):
    for name in HOSTILE:
        broken(checkout, name)
    odd = ["line\n::error::obeyed.yaml", "return\r::set-env name=obeyed::yes.yaml"]
    for name in odd:
        broken(checkout, f"drafts/{name}")
    if named == "by their folder":
        for name in HOSTILE:
            (checkout / name).rename(checkout / "drafts" / f"{name}.yaml")
    paths = "drafts" if named == "by their folder" else "\n".join(HOSTILE)
    before = sorted(checkout.rglob("*"))
    done = service.run(checkout, paths=paths, at=IN_WINDOW)
    assert done.returncode == 1, done.stdout
    made = set(checkout.rglob("*")) - set(before)
    assert {path.name for path in made} <= {"htq-code-quality.json", "htq-junit.xml"}
    found = service.report().count("A level 6 qualification cannot be approved")
    assert found >= len(HOSTILE) + (len(odd) if paths == "drafts" else 0)
    for line in re.split(r"[\r\n]", done.stdout):
        if line.lstrip().startswith("::"):
            assert re.match(r"::(error|warning|notice) [^:]*::", line), line
    assert "##[" not in done.stdout
    assert set(re.findall(r"##vso\[(\S+)", done.stdout)) <= {"task.logissue"}
    assert "\x1b" not in done.stdout


def test_nothing_in_the_checkout_is_run(service, checkout):
    modules = "htqcli", "pip", "venv", "json", "typer", "yaml", "sitecustomize", "usercustomize"
    for module in modules:
        (checkout / f"{module}.py").write_text("open('obeyed', 'w')", encoding="utf-8")
    done = service.run(checkout, paths="drafts", at=IN_WINDOW)
    assert done.returncode == 0, done.stdout
    assert not (checkout / "obeyed").exists()


@pytest.mark.parametrize("kind", [Gitlab, GitlabWithBash])
def test_a_report_is_not_written_through_a_link_in_the_checkout(kind, tmp_path, python, checkout):
    target = tmp_path / "target"
    target.write_text("kept", encoding="utf-8")
    for name in GITLAB["htq"]["artifacts"]["reports"].values():
        (checkout / name).symlink_to(target)
    service = kind(tmp_path, python)
    assert service.run(checkout, paths="drafts", at=IN_WINDOW).returncode == 0
    assert target.read_text(encoding="utf-8") == "kept"
    assert service.report() is not None


def test_the_action_outputs_its_verdict_its_exit_code_and_its_report(tmp_path, python, checkout):
    broken(checkout)
    action = Github(tmp_path, python)
    action.run(checkout, paths="drafts", at=IN_WINDOW)
    assert action.outputs["verdict"] == "not-ready"
    assert action.outputs["exit-code"] == "1"
    results = json.loads(action.report())["runs"][0]["results"]
    assert "HTQ401" in [result["ruleId"] for result in results]
    assert "not ready" in action.summary.read_text(encoding="utf-8")
    assert checkout not in action.made.parents


def test_the_action_used_twice_keeps_both_reports(tmp_path, python, checkout):
    action = Github(tmp_path, python)
    action.run(checkout, paths="drafts", at=IN_WINDOW)
    first = action.made
    action.run(checkout, paths="drafts", at=IN_WINDOW)
    assert first != action.made
    assert first.exists()


def test_the_action_outputs_no_report_path_if_there_is_no_report(tmp_path, python, checkout):
    action = Github(tmp_path, python)
    assert action.run(checkout, paths="drafts", fail_on="nonsense").returncode == 2
    assert action.outputs == {"exit-code": "2"}


def test_each_output_of_the_action_is_written_by_a_step():
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.check.outputs.{name} }}}}"


def test_no_script_of_the_action_or_a_template_contains_an_expression():
    scripts = [step["run"] for step in STEPS if "run" in step]
    scripts += [step["bash"] for step in AZURE["steps"] if "bash" in step]
    scripts += GITLAB["htq"]["script"]
    assert len(scripts) == 5
    assert not [script for script in scripts if "{{" in script or "[[" in script]


def test_every_input_reaches_the_script():
    used = " ".join(text for step in STEPS for text in step.get("env", {}).values())
    uploads = [step for step in STEPS if "upload-sarif" in step.get("uses", "")]
    for name in GITHUB_INPUTS:
        assert f"inputs.{name} " in used + uploads[0]["if"]
    assert set(re.findall(r"inputs\.([\w-]+)", str(GITLAB))) == set(GITLAB_INPUTS)
    assert set(re.findall(r"parameters\.(\w+)", str(AZURE["steps"]))) == set(AZURE_INPUTS)


def test_every_action_used_is_pinned_to_a_commit_and_names_its_version():
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    uses = re.findall(r"^\s+(?:- )?uses: (.*)$", text, re.MULTILINE)
    assert len(uses) == 2
    for used in uses:
        assert re.fullmatch(r"(actions|github)/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)


def test_a_refused_upload_does_not_hide_the_result_of_the_check():
    *_, check, upload = STEPS
    assert "upload-sarif" in upload["uses"]
    assert "always()" in upload["if"]
    assert upload["continue-on-error"] is True
    assert "continue-on-error" not in check


@pytest.mark.parametrize(
    "path, is_a_draft",
    [
        ("application.yaml", True),
        ("drafts/application-digital.yml", True),
        ("a/b/application.json", True),
        ("applications/notes.yaml", False),
        ("application.md", False),
        ("my-application.yaml", False),
        ("ksbs/ST0116-1.1.yaml", False),
        ("application.schema.json", False),
        ("drafts/application.schema.json", False),
    ],
)
def test_the_hook_takes_files_whose_name_begins_with_application(path, is_a_draft):
    for hook in HOOKS:
        is_taken = re.search(hook["files"], path) and not re.search(hook["exclude"], path)
        assert bool(is_taken) is is_a_draft


def container():
    """The instructions of the Containerfile, in order: their names and values."""
    with tempfile.TemporaryFile() as file:
        file.write((ROOT / "Containerfile").read_bytes())
        parser = DockerfileParser(fileobj=file)
        return [
            (step["instruction"], step["value"])
            for step in parser.structure
            if step["instruction"] != "COMMENT"
        ]


def test_the_image_has_no_build_tools_and_runs_htq_without_privileges():
    names = [name for name, _ in container()]
    last = len(names) - names[::-1].index("FROM")
    final = dict(container()[last:])
    assert "RUN" not in final
    assert final["COPY"].startswith("--from=build ")
    assert json.loads(final["ENTRYPOINT"]) == ["htq"]
    assert final["USER"] == "65534:65534"
    assert final["WORKDIR"] == "/drafts"


def test_the_image_is_built_from_exactly_the_files_that_are_not_ignored():
    ignored, *others = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    kept = {line[1:] for line in others if line.startswith("!")}
    copied = [
        name
        for instruction, value in container()
        if instruction == "COPY" and not value.startswith("--from")
        for name in value.split()[:-1]
    ]
    assert ignored == "*"
    assert set(copied) == kept
    assert all((ROOT / name).exists() for name in copied)


PAGE = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8").split("\n## Where it runs\n")[1]
EXAMPLES = dict(
    re.findall(r"^## (.+?)\n(?:(?!^##).)*?^```\w+\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
)


def test_each_example_for_a_service_has_at_most_six_lines():
    assert list(EXAMPLES) == [
        "pre-commit",
        "GitHub Actions",
        "GitLab CI/CD",
        "Azure Pipelines",
        "A container",
    ]
    assert all(len(text.splitlines()) <= 6 for text in EXAMPLES.values())


def test_the_examples_for_services_use_existing_hooks_inputs_and_files():
    (repo,) = yaml.safe_load(EXAMPLES["pre-commit"])["repos"]
    (used,) = repo["hooks"]
    assert used["id"] in [hook["id"] for hook in HOOKS]
    assert used["args"][-1] == "--"

    *_, step = yaml.safe_load(EXAMPLES["GitHub Actions"])["steps"]
    assert set(step["with"]) <= set(GITHUB_INPUTS)

    (include,) = yaml.safe_load(EXAMPLES["GitLab CI/CD"])["include"]
    required = {name for name, default in GITLAB_INPUTS.items() if default is None}
    assert include["remote"].endswith("/templates/htq.yml")
    assert required <= set(include["inputs"]) <= set(GITLAB_INPUTS)

    shown = yaml.safe_load(EXAMPLES["Azure Pipelines"])
    (step,) = shown["steps"]
    path, _, alias = step["template"].partition("@")
    required = {name for name, default in AZURE_INPUTS.items() if default is None}
    assert (ROOT / path).exists()
    assert [known["repository"] for known in shown["resources"]["repositories"]] == [alias]
    assert required <= set(step["parameters"]) <= set(AZURE_INPUTS)


# Tests that need a package index, or a tool that only `.[dev]` installs.


@pytest.mark.packaging
@pytest.mark.parametrize("kind", [Github, Gitlab, Azure])
def test_the_scripts_install_htq_and_check_with_it(kind, tmp_path, checkout):
    broken(checkout)
    for module in ("pip", "venv", "htqcli"):
        (checkout / f"{module}.py").write_text("open('obeyed', 'w')", encoding="utf-8")
    python = tmp_path / "programs" / "python3"
    python.parent.mkdir()
    python.symlink_to(os.path.realpath(sys.executable))
    service = kind(tmp_path, str(python))
    done = service.run(checkout, paths="drafts", at=IN_WINDOW)
    assert done.returncode == 1, done.stdout
    assert "HTQ401" in done.stdout
    assert "htq" in service.report()
    assert not (checkout / "obeyed").exists()


@pytest.mark.packaging
def test_the_steps_of_the_image_install_htq_and_remove_pip(tmp_path, checkout):
    source, prefix = tmp_path / "source", tmp_path / "opt"
    source.mkdir()
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "python").symlink_to(os.path.realpath(sys.executable))
    env = {"PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"}
    steps = container()
    first = steps[1 : [name for name, _ in steps].index("FROM", 1)]
    for instruction, value in first:
        if instruction == "COPY":
            for name in value.split()[:-1]:
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, source / name)
        elif instruction == "RUN":
            done = run(["sh", "-ec", value.replace("/opt/htq", str(prefix))], source, env)
            assert done.returncode == 0, done.stdout
    assert not (prefix / "bin" / "pip").exists()
    assert not list(prefix.rglob("site-packages/pip"))

    checkout.chmod(0o555)
    bare = {"HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    done = run([prefix / "bin" / "htq", "check", "--at", IN_WINDOW], checkout, bare)
    checkout.chmod(0o755)
    assert done.returncode == 0, done.stdout
    assert "ready to submit" in done.stdout


def schema(name, data, folder):
    """The result of check-jsonschema for data and one of its built-in schemas."""
    file = folder / "data.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    tool = TOOLS / "check-jsonschema"
    done = run([tool, "--builtin-schema", f"vendor.{name}", file], folder)
    return done.returncode, done.stdout


@pytest.mark.packaging
@pytest.mark.parametrize(
    "name, data",
    [
        ("github-actions", ACTION),
        ("gitlab-ci", GITLAB_SPEC),
        ("gitlab-ci", GITLAB),
        ("azure-pipelines", AZURE),
        (
            "github-workflows",
            {
                "on": "push",
                "jobs": {
                    "htq": {
                        "runs-on": "ubuntu-latest",
                        **yaml.safe_load(EXAMPLES.get("GitHub Actions", "")),
                    }
                },
            },
        ),
        ("gitlab-ci", yaml.safe_load(EXAMPLES.get("GitLab CI/CD", ""))),
        ("azure-pipelines", yaml.safe_load(EXAMPLES.get("Azure Pipelines", ""))),
    ],
    ids=[
        "action",
        "GitLab inputs",
        "GitLab job",
        "Azure template",
        "GitHub example",
        "GitLab example",
        "Azure example",
    ],
)
def test_the_files_for_each_service_are_valid_by_its_published_schema(name, data, tmp_path):
    assert schema(name, data, tmp_path) == (0, "ok -- validation done\n")


@pytest.mark.packaging
def test_the_published_schemas_reject_mistakes(tmp_path):
    steps = [{**step, "unheard-of": True} for step in STEPS]
    assert schema("github-actions", {**ACTION, "runs": {"using": "composite", "steps": steps}}, tmp_path)[0]  # fmt: skip
    assert schema("gitlab-ci", {"htq": {**GITLAB["htq"], "artifacts": 1}}, tmp_path)[0]
    assert schema("azure-pipelines", {**AZURE, "steps": [{"bash": ["no"]}]}, tmp_path)[0]


@pytest.mark.packaging
@pytest.mark.parametrize(
    "command",
    [
        ["zizmor", "--offline", "--no-progress", "--persona=auditor", "action.yml"],
        ["pre-commit", "validate-manifest", ".pre-commit-hooks.yaml"],
        ["hadolint", "Containerfile"],
    ],
    ids=lambda command: command[0],
)
def test_each_linter_finds_nothing(command):
    done = run([TOOLS / command[0], *command[1:]], ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.packaging
def test_shellcheck_finds_nothing_in_the_shell_scripts(tmp_path):
    scripts = [("bash", step["run"]) for step in STEPS if "run" in step]
    scripts += [("bash", step["bash"]) for step in AZURE["steps"] if "bash" in step]
    scripts += [("sh", "\n".join(GITLAB["htq"]["script"]))]
    for shell, text in scripts:
        file = tmp_path / "script"
        file.write_text(text, encoding="utf-8")
        done = run([TOOLS / "shellcheck", f"--shell={shell}", file], tmp_path)
        assert done.returncode == 0, done.stdout


def git(folder, *words):
    who = "-c", "user.name=A tester", "-c", "user.email=tester@example.org"
    done = run(["git", *who, *words], folder)
    assert done.returncode == 0, done.stdout
    return done.stdout


def commit(folder):
    """Commit everything in a folder, and return the commit's id."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A commit for a test")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory):
    """The checkout as it is now, committed in a repository that pre-commit can take: its path
    and commit, with pre-commit's own folder."""
    folder = tmp_path_factory.mktemp("hooks")
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder, commit(folder), tmp_path_factory.mktemp("home")


def pre_commit(checkout, hooks, args, name="htq"):
    """Run pre-commit on every file of the checkout."""
    folder, revision, home = hooks
    hook = {"id": name, "args": args} if args else {"id": name}
    config = {"repos": [{"repo": str(folder), "rev": revision, "hooks": [hook]}]}
    (checkout / ".pre-commit-config.yaml").write_text(json.dumps(config), encoding="utf-8")
    commit(checkout)
    return run(
        [TOOLS / "pre-commit", "run", "--all-files"], checkout, {"PRE_COMMIT_HOME": str(home)}
    )


@pytest.mark.packaging
def test_pre_commit_passes_drafts_that_are_ready(hooks, checkout):
    (checkout / "drafts" / "notes.yaml").write_text("not: a draft", encoding="utf-8")
    done = pre_commit(checkout, hooks, [f"--at={IN_WINDOW}", "--"])
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout


@pytest.mark.packaging
def test_pre_commit_stops_at_a_draft_that_is_not_ready_and_says_why(hooks, checkout):
    broken(checkout, "drafts/application-2.yaml")
    done = pre_commit(checkout, hooks, [f"--at={IN_WINDOW}", "--"])
    assert done.returncode == 1, done.stdout
    assert "- exit code: 1\n" in done.stdout
    assert "drafts/application-2.yaml:" in done.stdout
    assert "HTQ401" in done.stdout


@pytest.mark.packaging
def test_the_fix_hook_of_pre_commit_corrects_clear_cut_mistakes(hooks, checkout):
    path = checkout / "drafts" / "application.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("reference: ST0116", "reference: st 0116"), encoding="utf-8")
    done = pre_commit(checkout, hooks, [f"--at={IN_WINDOW}", "--"], "htq-fix")
    assert done.returncode == 1  # a file changed: the person looks and commits again
    assert path.read_text(encoding="utf-8") == good


@pytest.mark.packaging
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_file_names_passed_by_pre_commit_cannot_command_the_shell_or_htq(hooks, checkout):
    names = [
        "--exit-zero/application.yaml",
        "--report=json=obeyed/application.yaml",
        "$(touch obeyed)/application.yaml",
        "-h/application ; touch obeyed.yaml",
        "a b/application\n.yaml",
    ]
    for name in names:
        broken(checkout, name)
    done = pre_commit(checkout, hooks, None)
    assert done.returncode == 1, done.stdout
    assert done.stdout.count("error HTQ401") == len(names)
    assert not list(checkout.rglob("obeyed"))
