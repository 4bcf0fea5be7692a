"""The split of an order: Adams's divisor method with caps and priors, max-min fairness in whole lots.

Pure: no clock, no rows. `values` states a problem, `engine` decides it (`level` finds who gets a lot,
`minimums` who is left out), `fairness` measures, `policies` choose weights and priors, `explain` puts the
reason into words.
"""

from coop.splitting.rules.advice import Advice, advise
from coop.splitting.rules.engine import split
from coop.splitting.rules.explain import Explanation, explain
from coop.splitting.rules.fairness import Fairness, fairness
from coop.splitting.rules.policies import NobodyDeliveredError, NoShareError, Policy, with_policy
from coop.splitting.rules.trace import RULE, document, fingerprint
from coop.splitting.rules.values import Candidate, Problem, ProblemError, Reason, Share, Split, flaws

__all__ = [
    "RULE",
    "Advice",
    "Candidate",
    "Explanation",
    "Fairness",
    "NoShareError",
    "NobodyDeliveredError",
    "Policy",
    "Problem",
    "ProblemError",
    "Reason",
    "Share",
    "Split",
    "advise",
    "document",
    "explain",
    "fairness",
    "fingerprint",
    "flaws",
    "split",
    "with_policy",
]
