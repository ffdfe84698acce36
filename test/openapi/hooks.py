"""What no schema says: fields that contradict each other are refused, though each is as it should be, and so is `__proto__`."""

import schemathesis

VALID_DATA_REFUSED = "ST202"
REFUSED = (
    '"promoteLatest" is false and yet "latest" is to be moved',
    '"id" is not ',
    '"name" is not ',
    'give "provider" or',
    'body field "rollout.steps" must not be given together with',
    'body field "rollout.share" is missing',
    'body field "refresh" must not be false with "rollout"',
    'body field "rollout.steps[',
    'body field "__proto__" is unknown',
)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    return failure.code != VALID_DATA_REFUSED or not response.json()["message"].startswith(REFUSED)
