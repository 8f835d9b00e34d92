"""A FastAPI app with one page and one route, as small as can be: `python -m bench.yardsticks.bare_fastapi PORT`."""

import sys

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/", response_class=HTMLResponse)
async def page() -> str:
    return "<!doctype html><title>bare</title>"


@app.get("/api/health/ready")
async def ready() -> dict[str, str]:
    return {"status": "ready"}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
