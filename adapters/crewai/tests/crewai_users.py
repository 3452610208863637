"""What users have in modules of their own."""

from typing import ClassVar

from crewai import Agent, Crew, Task
from crewai.project import CrewBase, agent, crew, task
from crewai.tools import BaseTool


def look_up(name: str) -> str:
    """Look a city up."""
    return f"{name} is a city."


def undescribed(name):
    return name


number = 7


class Once(BaseTool):
    """A tool that may be used once."""

    name: str = "once"
    description: str = "Works once."
    max_usage_count: int | None = 1

    def _run(self) -> str:
        return "it worked"


once = Once()


@CrewBase
class Tour:
    """A crew as `crewai create` writes them."""

    agents_config: ClassVar = {}
    tasks_config: ClassVar = {}

    @agent
    def guide(self) -> Agent:
        return Agent(role="guide", goal="Show it.", backstory="Local.")

    @task
    def tour(self) -> Task:
        return Task(description="Show {prompt}", expected_output="A tour.", agent=self.guide())

    @crew
    def crew(self) -> Crew:
        return Crew(agents=self.agents, tasks=self.tasks)
