"""Whether an agency's model can be used with the rest of its folder."""

from pathlib import Path

from triage.bootstrap import RULES_CHANGED
from triage.classifiers.files import MODEL_FILE, ModelFileError, check_fits, fits_rules, read_model
from triage.domain.policy import Policy
from triage.rulebook import Problem


def model_problems(agency: Path, policy: Policy | None) -> list[Problem]:
    """What is wrong with the model of a folder that requires one, for a policy that loads."""
    if policy is None or policy.classifier == "none":
        return []
    try:
        model = read_model(agency / MODEL_FILE).model
        check_fits(model, policy)
    except ModelFileError as error:
        return [Problem(MODEL_FILE, None, None, error.problem)]
    if fits_rules(model, policy):
        return []
    message = f"{RULES_CHANGED}; until then every call that would go to a CSO goes to an officer"
    return [Problem(MODEL_FILE, None, "routing", message, severity="warning")]
