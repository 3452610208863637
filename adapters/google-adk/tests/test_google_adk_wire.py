"""ADK's requests as Chat Completions, and what is told of the usage."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import google_adk_users as users
import pytest
from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.genai import types
from massgen_hub.contract import Usage
from massgen_hub.testing import RecordingHost, draft
from massgen_hub_google_adk.wire import messages, settings

Part = types.Part


def asking(*contents, **config):
    return LlmRequest(contents=list(contents), config=types.GenerateContentConfig(**config))


def model(*parts):
    return types.Content(role="model", parts=list(parts))


def user(*parts):
    return types.Content(role="user", parts=list(parts))


@pytest.mark.parametrize(
    "said",
    [
        "Be brief.\n\nBe kind.",
        types.Content(parts=[Part(text="Be brief."), Part(text="Be kind.")]),
        ["Be brief.", Part(text="Be kind.")],
    ],
    ids=["text", "content", "list"],
)
def test_an_instruction_of_any_form_is_the_system_message(said):
    assert messages(asking(system_instruction=said)) == [{"role": "system", "content": "Be brief.\n\nBe kind."}]


def test_calls_and_results_belong_together():
    call = Part(function_call=types.FunctionCall(id="1", name="add", args={"x": 1}))
    result = Part(function_response=types.FunctionResponse(id="1", name="add", response={"result": 3}))
    assistant, tool, after = messages(asking(model(Part(text="So:"), call), user(result, Part(text="Go on."))))
    assert (assistant["content"], assistant["tool_calls"][0]["function"]["arguments"]) == ("So:", '{"x": 1}')
    assert tool == {"role": "tool", "tool_call_id": "1", "content": "3"}
    assert after == {"role": "user", "content": "Go on."}


def test_a_result_that_is_more_than_one_value_is_json():
    result = types.FunctionResponse(id="1", name="add", response={"sum": 3, "by": "hand"})
    assert messages(asking(user(Part(function_response=result))))[0]["content"] == '{"sum": 3, "by": "hand"}'


def test_thoughts_are_not_sent_back():
    thought = Part(text="Hm.", thought=True)
    assert messages(asking(model(thought, Part(text="Paris.")))) == [{"role": "assistant", "content": "Paris."}]


def test_pictures_are_sent_and_other_files_named():
    picture, sound = (Part.from_bytes(data=b"x", mime_type=kind) for kind in ("image/png", "audio/wav"))
    (message,) = messages(asking(user(Part(text="Look:"), picture, sound)))
    assert message["content"] == [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,eA=="}},
        {"type": "text", "text": "[audio/wav]"},
    ]


def test_code_and_its_output_are_text():
    code = Part.from_executable_code(code="print(1)", language=types.Language.PYTHON)
    output = Part.from_code_execution_result(outcome=types.Outcome.OUTCOME_OK, output="1")
    assert [message["content"] for message in messages(asking(model(code), user(output)))] == [
        "```\nprint(1)\n```",
        "```\n1\n```",
    ]


def test_settings_have_the_names_of_chat_completions():
    given = asking(temperature=0.0, top_p=0.5, max_output_tokens=7, stop_sequences=["."], seed=1)
    assert settings(given) == {"temperature": 0.0, "top_p": 0.5, "max_tokens": 7, "stop": ["."], "seed": 1}


def test_parameters_in_google_s_form_become_json_schema():
    form = types.Schema(type=types.Type.OBJECT, properties={"x": types.Schema(type=types.Type.INTEGER)}, required=["x"])
    declared = types.FunctionDeclaration(name="add", parameters=form)
    (tool,) = settings(asking(tools=[types.Tool(function_declarations=[declared])]))["tools"]
    assert tool["function"]["parameters"] == {
        "type": "object",
        "properties": {"x": {"type": "integer"}},
        "required": ["x"],
    }


@pytest.mark.parametrize(
    "form",
    [
        {"response_schema": users.City},
        {"response_json_schema": users.City.model_json_schema()},
    ],
    ids=["class", "schema"],
)
def test_a_form_of_output_is_sent_as_json_schema(form):
    schema = settings(asking(**form))["response_format"]["json_schema"]["schema"]
    assert (schema["type"], schema["required"]) == ("object", ["name"])


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        ({"candidates_token_count": 5, "thoughts_token_count": 3, "total_token_count": 18}, (10, 8)),  # as Gemini
        ({"candidates_token_count": 8, "thoughts_token_count": 3, "total_token_count": 18}, (10, 8)),  # as LiteLlm
        ({"tool_use_prompt_token_count": 2, "candidates_token_count": 8, "total_token_count": 20}, (12, 8)),
        ({"candidates_token_count": 8}, (None, None)),
    ],
    ids=["thoughts beside", "thoughts within", "results of tools", "no total"],
)
def test_thoughts_are_output_whoever_counts_them(take, counted, told):
    class Counting(BaseLlm):
        async def generate_content_async(
            self, llm_request: LlmRequest, stream: bool = False
        ) -> AsyncGenerator[LlmResponse, None]:
            usage = types.GenerateContentResponseUsageMetadata(prompt_token_count=10, **counted)
            yield LlmResponse(content=types.ModelContent("Paris."), usage_metadata=usage, model_version="own")

    host = RecordingHost()
    take(draft(), host=host, target=users.agent("a", model=Counting(model="own")))
    assert host.spent == [Usage(input=told[0], output=told[1], model="own")]
