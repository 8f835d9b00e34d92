"""What can be refused, and what stands in the way of an answer to a question."""

from madang.errors import BadRequest, Conflict, MadangError, NotAllowed, NotFound


class Denied(NotAllowed):
    """The policy in force does not allow it, and nothing was done. Details: `reason`, `rule` and its `source`."""

    code = "permissions.denied"


class DeniedByPerson(NotAllowed):
    """A person was asked and said no. Details: `question`."""

    code = "permissions.denied_by_person"


class QuestionExpired(NotAllowed):
    """Nobody answered until the deadline, so it is refused. Details: `question`."""

    code = "permissions.expired"


class Parked(Conflict):
    """A person is asked first, and nothing was done. Details: `question`, its id in the inbox."""

    code = "permissions.parked"


class RunPaused(Conflict):
    """The run asked or was refused too often, and waits for a person. Details: `run` and `reason`."""

    code = "permissions.run_paused"


class NoPausedRun(NotFound):
    """No run with this id waits for a person."""

    code = "permissions.no_paused_run"


class TooManyQuestions(Conflict):
    """As many questions of this program wait as may. Details: `most`."""

    code = "permissions.too_many_questions"


class UnknownOutcome(Conflict):
    """The process ended while it was done: it may or may not have happened. Details: `effect`."""

    code = "permissions.unknown_outcome"


class FailedBefore(Conflict):
    """This step of the run was taken before, and failed. Details: `effect`, and the `error` it had."""

    code = "permissions.failed_before"


class StepTaken(Conflict):
    """This step of the run was taken before, with something else asked for. Nothing was done now. Details: `effect`."""

    code = "permissions.step_taken"


class StaleApproval(Conflict):
    """What was approved is not what would be done by now, so nothing was done. Details: `question`."""

    code = "permissions.stale_approval"


class AlreadyDecided(Conflict):
    """The question is closed. Details: `state`."""

    code = "permissions.already_decided"


class NoSuchQuestion(NotFound):
    """No question has this id."""

    code = "permissions.no_such_question"


class BadRule(BadRequest):
    """The rule cannot be read. Details: `problem`."""

    code = "permissions.bad_rule"


class RuleThere(Conflict):
    """This rule is there already. Details: `id`."""

    code = "permissions.rule_there"


class NoSuchRule(NotFound):
    """No rule of this installation has this id."""

    code = "permissions.no_such_rule"


class TooManyRules(Conflict):
    """As many rules are kept as can be. Details: `most`."""

    code = "permissions.too_many_rules"


class NoSuchGrant(NotFound):
    """No grant has this id."""

    code = "permissions.no_such_grant"


class ScopeNotOffered(BadRequest):
    """This cannot be allowed that far. Details: `scope` and `offered`."""

    code = "permissions.scope_not_offered"


class UnboundGrant(BadRequest):
    """What it would be allowed for is missing, or not there. Details: `scope` and `subject`."""

    code = "permissions.unbound_grant"


class ModeNotAvailable(Conflict):
    """The mode needs what is not there. Details: `mode` and `needs`: `trusted_folder` or `tier`."""

    code = "permissions.mode_not_available"


class NotCarriedOut(MadangError):
    """Nothing here can carry out a request of this kind. Details: `kind`."""

    code = "permissions.not_carried_out"
    status = 501
