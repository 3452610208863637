"""What a user of the plain adapter has made: an object, or a factory of one."""


class Bot:
    """The user's own agent: a name, and settings that nobody else may change."""

    def __init__(self, model):
        self.address, self.model = model.base_url, model.name
        self.settings = {"temperature": 0, "stops": ["\n\n"]}
        self.turns = 0


def bot(model):
    return Bot(model)
