"""/api/permissions: what is allowed, what waits for an answer, what happened. Only a person changes anything."""

from fastapi import APIRouter

from madang.permissions.api.audit import router as audit
from madang.permissions.api.policy import router as policy
from madang.permissions.api.questions import router as questions
from madang.permissions.api.rules import router as rules
from madang.permissions.api.runs import router as runs

router = APIRouter()
for _part in (policy, rules, questions, runs, audit):
    router.include_router(_part)
