"""What can go wrong at the door. The provider's own words stay in `details["provider_message"]`, redacted and short."""

from madang.errors import MadangError
from madang.gateway.types import Receipt


class GatewayError(MadangError):
    """Base of the gateway's errors. `receipt` tells what the failed call took, where a call was begun.

    GatewayError
    ├── UnknownModel 404   ├── NoModel 409   ├── BudgetReached 402   ├── PriceUnknown 402   ├── NotKept 404
    ├── BadPrice 422   ├── BadPriceList 502
    ├── UnknownProvider 404   ├── BadProvider 422   ├── UnknownCall 404
    ├── UnknownCap 404   ├── CapExists 409   ├── BadCap 422
    └── UpstreamError 502
        ├── Unreachable 502 ── TlsFailed 502     ├── TimedOut 504       ├── RateLimited 429
        ├── WrongKey 502        ├── NotPermitted 502   ├── NoCredit 502      ├── ModelNotFound 404
        ├── ContextTooLong 413  ├── BadUpstreamRequest 422   ├── Overloaded 503   ├── UpstreamFailed 502
        ├── NotAnAnswer 502     ├── Redirected 502
        └── CutShort 502: Incomplete 502   Stalled 504   AnswerTooLarge 502
    """

    code = "gateway.failed"
    status = 502
    receipt: Receipt | None = None


class UnknownModel(GatewayError):
    """No provider has a model of that name."""

    code = "gateway.unknown_model"
    status = 404


class ModelNotAllowed(GatewayError):
    """The token has models of its own, and this is none of them."""

    code = "gateway.model_not_allowed"
    status = 403


class NoModel(GatewayError):
    """There is no provider, no local server, and the built-in model is off."""

    code = "gateway.no_model"
    status = 409


class BudgetReached(GatewayError):
    """The reservation would pass a cap, so nothing was sent. Details: the cap that decided and what it has taken."""

    code = "gateway.budget_reached"
    status = 402


class PriceUnknown(GatewayError):
    """A cap is set and nobody knows what this model costs, so nothing was sent."""

    code = "gateway.price_unknown"
    status = 402


class BadPrice(GatewayError):
    """A model cannot be given this price."""

    code = "gateway.bad_price"
    status = 422


class BadPriceList(GatewayError):
    """The newest price list could not be fetched or is none, so the one in use stays."""

    code = "gateway.bad_price_list"
    status = 502


class UnknownCap(GatewayError):
    """There is no cap of that id, or it is the environment's and cannot be changed here."""

    code = "gateway.unknown_cap"
    status = 404


class CapExists(GatewayError):
    """There is a cap for this scope, subject and window already; change that one."""

    code = "gateway.cap_exists"
    status = 409


class BadCap(GatewayError):
    """The subject is not one of its scope."""

    code = "gateway.bad_cap"
    status = 422


class NotKept(GatewayError):
    """Only a kept answer was asked for, and there is none."""

    code = "gateway.not_kept"
    status = 404


class UnknownCall(GatewayError):
    """The ledger has no call of that id whose answer could be kept."""

    code = "gateway.unknown_call"
    status = 404


class UnknownProvider(GatewayError):
    """There is no provider of that id."""

    code = "gateway.unknown_provider"
    status = 404


class BadProvider(GatewayError):
    """The provider's address or name cannot be used."""

    code = "gateway.bad_provider"
    status = 422


class UpstreamError(GatewayError):
    """The provider did not answer as a model should. `is_temporary`: the same request may succeed a little later."""

    code = "upstream.failed"
    status = 502
    is_temporary = False


class Unreachable(UpstreamError):
    """Nobody answers at the provider's address."""

    code = "upstream.unreachable"
    is_temporary = True


class TlsFailed(UpstreamError):
    """The provider's certificate cannot be trusted."""

    code = "upstream.tls"


class TimedOut(UpstreamError):
    """No byte of an answer came in time."""

    code = "upstream.timeout"
    status = 504


class RateLimited(UpstreamError):
    """The provider asks to slow down. `details["retry_after_seconds"]` says for how long, where it said so."""

    code = "upstream.rate_limited"
    status = 429
    is_temporary = True


class WrongKey(UpstreamError):
    """The provider does not accept the key."""

    code = "upstream.wrong_key"


class NotPermitted(UpstreamError):
    """The key is right and may not use this."""

    code = "upstream.not_permitted"


class NoCredit(UpstreamError):
    """The account at the provider has no credit left."""

    code = "upstream.no_credit"


class ModelNotFound(UpstreamError):
    """The provider has no model of that name."""

    code = "upstream.model_not_found"
    status = 404


class ContextTooLong(UpstreamError):
    """The conversation is longer than the model can read."""

    code = "upstream.context_too_long"
    status = 413


class BadUpstreamRequest(UpstreamError):
    """The provider refuses a value of the request."""

    code = "upstream.bad_request"
    status = 422


class Overloaded(UpstreamError):
    """The provider has too much to do."""

    code = "upstream.overloaded"
    status = 503
    is_temporary = True


class UpstreamFailed(UpstreamError):
    """The provider reports a failure of its own."""

    code = "upstream.failed"
    is_temporary = True


class NotAnAnswer(UpstreamError):
    """What came is no answer of a model: a web page, nothing at all, broken JSON."""

    code = "upstream.not_an_answer"


class Redirected(UpstreamError):
    """The provider points elsewhere; the prompt and the key are not sent there."""

    code = "upstream.redirected"


class CutShort(UpstreamError):
    """The answer began and did not end; the text so far counts and is not whole."""

    code = "upstream.incomplete"


class Incomplete(CutShort):
    """The stream broke off, or ended without saying why the model stopped."""

    code = "upstream.incomplete"


class Stalled(CutShort):
    """The stream fell silent, or took longer than a whole answer may."""

    code = "upstream.stalled"
    status = 504


class AnswerTooLarge(CutShort):
    """The answer passed the limit of its size."""

    code = "upstream.too_large"
