"""Poems and stories."""

from .poems import FRIENDS, HAIKU, HEROES, POEMS, POEM_X
from .voice import Voice
from .words import HE, PEOPLE


class Tales(Voice):
    def poem(self):
        haiku = self.chance(.5)
        x = self.pick(POEM_X) if self.chance(.7) else self.pick(HEROES + [self.made_up()])
        art = self.pick(["the {x}", "the {x}", "{x}", "a {x}"]).format(x=x)
        if self.chance(.2):
            q = self.pick(["Write a haiku.", "a haiku please", "Can you write a haiku?"] if haiku else ["Write a poem.", "Write a short poem.", "Tell me a poem", "Can you write a poem?", "poem please"])
            x = self.pick(["moon", "river"])
        else:
            w = "haiku" if haiku else self.pick(["poem", "poem", "short poem"])
            q = self.pick(["Write a {w} about {a}.", "Write a {w} about {a}.", "write me a {w} about {a}", "Can you write a {w} about {a}?", "A {w} about {a}, please.", "{w} about {a}", "Compose a {w} about {a}.", "I want a {w} about {a}.", "give me a {w} on {a}", "Make a {w} about {a}."]).format(w=w, a=art)
        return [(self.asked(q, False), self.pick(HAIKU if haiku else POEMS).format(x=x))]

    def story_text(self, hero=None, name=None):
        girl = self.chance(.5)
        kind = hero or self.pick(FRIENDS + ["girl", "boy", "robot"])
        if kind in ("girl", "queen", "princess"):
            girl = True
        if kind in ("boy", "king", "prince"):
            girl = False
        n = name or self.pick([p for p in PEOPLE if (p in HE) != girl])
        if name in PEOPLE:
            girl = name not in HE
        he, him, his = ("she", "her", "her") if girl else ("he", "him", "his")
        He = he.capitalize()
        b = self.pick([p for p in PEOPLE[:32] if p != n])
        friend = self.pick([x for x in FRIENDS if x != kind])
        fa = "an" if friend[0] in "aeiou" else "a"
        obj = self.pick(["red ball", "golden key", "blue stone", "old map", "warm hat", "silver bell"])
        a = self.pick("little small brave kind happy shy young clever".split())
        out = [f"Once upon a time, there was a {a} {kind} named {n}.", f"{He} lived {self.pick(['in a green forest', 'near a big lake', 'in a small village', 'on a quiet farm', 'by the sea'])}."]
        plot = self.r.randint(0, 3)
        if plot == 0:
            out += [f"One day, {n} lost {his} {obj}.", f"{He} looked everywhere, but {he} could not find it.", f"Then {fa} {friend} named {b} came by and helped {him}.", f"They found the {obj} {self.pick(['under a leaf', 'behind a rock', 'in the grass'])}.", "It is good to have friends."]
        elif plot == 1:
            out += [f"One day, {n} found a {obj} on the road.", f"{fa.capitalize()} {friend} named {b} was sad, because it was lost.", f"{n} gave it back.", f"{b} smiled and shared some {self.pick(['bread', 'berries', 'cake', 'apples'])} with {him}.", "It is good to be honest."]
        elif plot == 2:
            out += [f"{n} was afraid of the {self.pick(['dark', 'rain', 'deep water'])}.", f"One night, {fa} {friend} named {b} called for help.", f"{n} was scared, but {he} ran to help.", f"\"You are so brave!\" said {b}.", f"After that, {n} was not afraid any more."]
        else:
            out += [f"{n} wanted to {self.pick(['fly a kite', 'build a house', 'bake a cake', 'plant a tree'])}.", f"{He} tried once, but it did not work.", f"Then {fa} {friend} named {b} showed {him} how to do it.", f"{n} tried again, and it worked!", "Never give up."]
        return " ".join(out + ["The end."])

    def story(self):
        k = self.r.random()
        if k < .25:
            return [(self.asked(self.pick(["Tell me a story.", "Tell me a short story.", "Can you tell me a story?", "Write a story.", "I want to hear a story.", "Write a short story.", "Story please.", "Please tell me a bedtime story.", "story", "a story please", "Another story."])), self.story_text())]
        h = self.pick(HEROES) if self.chance(.85) else self.made_up()
        a = "an" if h[0] in "aeiou" else "a"
        if k < .8:
            ad = self.pick(["", "", "", "", "little ", "brave ", "small ", "lazy ", "red ", "happy "])
            a = "a" if ad else a
            return [(self.asked(self.pick(["Tell me a story about {a} {h}.", "Tell me a story about {a} {h}.", "Write a story about {a} {h}.", "Tell me a short story about {a} {h}.", "Can you tell me a story about {a} {h}?", "I want a story about {a} {h}.", "story about {a} {h}", "a tale about {a} {h}", "Tell a story of {a} {h}.", "tell me about {a} {h} in a story", "Make up a story about {a} {h}.", "please write a little story about {a} {h}"]).format(a=a, h=ad + h), False), self.story_text(hero=h))]
        n = self.name()
        return [(self.pick(["Tell me a story about {a} {h} named {n}.", "Write a story about {a} {h} called {n}.", "Tell me a story about {n} the {h}.", "story about {a} {h} named {n}"]).format(a=a, h=h, n=n), self.story_text(hero=h, name=n))]
