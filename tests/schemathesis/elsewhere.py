"""Paths that the edge does not have: described, so that they are tried like those it has."""

from __future__ import annotations

from typing import Any

PATHS = ("/{name}", "/v1/{name}", "/v1/redemptions/{id}/{name}")
METHODS = ("get", "post")

NAME = {
    "name": "name",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[a-z]{1,5}[0-9]{1,15}$"},
}
ID = {"$ref": "#/components/parameters/RedemptionId"}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def add_unknown_paths(description: dict[str, Any]) -> None:
    for path in PATHS:
        description["paths"][path] = {
            method: {
                "operationId": f"unknown {method} {path}",
                "parameters": [ID, NAME] if "{id}" in path else [NAME],
                "responses": {"404": {"description": "Not found.", "content": PROBLEM}},
            }
            for method in METHODS
        }
