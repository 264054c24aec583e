"""Puts turns together to documents."""

from .about_lloom import AboutLloom
from .about_numbers import AboutNumbers
from .about_people import AboutPeople
from .about_the_world import AboutTheWorld
from .copying import Copying
from .tales import Tales
from .words import SYSTEM


class Generator(AboutLloom, AboutNumbers, AboutPeople, AboutTheWorld, Copying, Tales):
    def simple(self):
        f = self.r.choices([self.term, self.faq, self.talk, self.arithmetic, self.capital, self.listing, self.who, self.misc, self.yes_no, self.unknown, self.repeat, self.translate],
                           [20, 22, 10, 10, 9, 5, 4, 7, 4, 6, 4, 3])[0]
        return f()

    def doc(self):
        if self.stage == 2 and self.chance(.16):
            return self.copied_line()
        if self.chance(.02):  # plain text, for the completions endpoint
            t = self.story_text()
            cut = self.pick([0, 0, len("Once upon a time,"), len("Once upon a time, there was a")])
            return {"p": t[:cut], "t": t[cut:]}
        if self.chance(.025):
            q, a = self.simple()[0]
            return {"p": q + "\n", "t": a}
        turns = list(self.r.choices(
            [self.term, self.difference, self.faq, self.who, self.yes_no, self.talk, self.cost, self.arithmetic, self.numbers, self.capital, self.listing, self.misc, self.repeat, self.own_name, self.no_name, self.translate, self.as_json, self.poem, self.unknown, self.story],
            [10, 1, 13, 1, 1.5, 8, .5, 13, 3, 4, 2, 4, 9, 8, 2, 3.5, 5, 2.5, 8, 2.5] if self.stage == 2 else
            [15, 2.5, 21, 2, 2.5, 12, .7, 8, 3, 4.5, 3, 4.5, 4, 4, 1, 2.5, 3, 2.5, 10, 3.5])[0]())
        if self.chance(.2):
            for _ in range(self.pick([1, 1, 1, 2, 2, 3])):
                turns += self.simple()
        messages = [["system", self.pick(SYSTEM)]] if self.chance(.25) else []
        for u, a in turns:
            messages += [["user", u], ["assistant", a]]
        return {"m": messages}
