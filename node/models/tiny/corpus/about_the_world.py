"""General knowledge, in words and as JSON. Each method returns a list of (user, assistant) turns."""

import json
from .knowledge import CAPITALS, COLOURS, GENERAL, HOW_MANY, LISTS, NUMBERS, OPPOSITES, SOUNDS, WORDS_IN
from .voice import Voice


class AboutTheWorld(Voice):
    def capital(self):
        country = self.pick(list(CAPITALS))
        city = CAPITALS[country]
        k = self.r.random()
        if k < .7:
            short = country.replace("the United States", self.pick(["the United States", "the USA", "USA", "the US"])).replace("the Netherlands", self.pick(["the Netherlands", "Netherlands"]))
            q = self.pick(["What is the capital of {c}?", "What is the capital of {c}?", "What is the capital city of {c}?", "capital of {c}", "Which city is the capital of {c}?", "Name the capital of {c}.", "Tell me the capital of {c}.", "What's the capital of {c}?", "Do you know the capital of {c}?", "{c} capital", "whats the capital of {c}", "the capital of {c}?", "{c}'s capital?", "and the capital of {c}?", "Give me the capital of {c}.", "What is {c}'s capital?", "And of {c}?" if self.chance(.3) else "what city is the capital of {c}"]).format(c=short)
            return [(self.asked(q), f"The capital of {country} is {city}.")]
        if k < .85:
            return [(self.asked(self.pick(["{i} is the capital of which country?", "Which country has the capital {i}?", "Where is {i}?", "In which country is {i}?"]).format(i=city)), f"{city} is the capital of {country}.")]
        other = self.pick(list(CAPITALS.values())) if self.chance(.5) else city
        return [(self.asked(self.pick([f"Is {other} the capital of {country}?", f"{country}'s capital is {other}, right?"])), f"Yes, {city} is the capital of {country}." if other == city else f"No, the capital of {country} is {city}.")]

    def listing(self):
        key = self.pick(list(LISTS))
        items = LISTS[key]
        join = lambda x: x[0] if len(x) == 1 else ", ".join(x[:-1]) + " and " + x[-1]
        shown = key.replace("colours", self.pick(["colours", "colors"])).replace("days of the week", self.pick(["days of the week", "days of the week", "days", "weekdays"])).replace("months", self.pick(["months", "months of the year"]))
        if self.chance(.5):
            q = self.pick(["Name the {k}.", "List the {k}.", "What are the {k}?", "List all the {k}.", "Tell me the {k}.", "Which {k} do you know?", "Give me a list of {k}.", "Name some {k}.", "list of {k}", "which {k} are there", "what {k} are there?", "{k}"]).format(k=shown)
            return [(self.asked(q), f"{'Some' if key in ('colours', 'animals', 'fruits', 'shapes') else 'The'} {key} are {join(items)}.")]
        n = self.r.randint(2, min(5, len(items)))
        q = self.pick(["Name {w} {k}.", "List {w} {k}.", "Give me {w} {k}.", "Tell me {w} {k}.", "Can you name {w} {k}?", "say {w} {k}", "{w} {k} please", "I need {w} {k}."]).format(w=self.pick([NUMBERS[n], NUMBERS[n], str(n)]), k=shown)
        return [(self.asked(q), f"{NUMBERS[n].capitalize()} {key} are {join(items[:n])}.")]

    def misc(self):
        k = self.r.randint(0, 7)
        if k == 0:
            key = self.pick(["days of the week", "days of the week", "months"])
            L = LISTS[key]
            i = self.r.randrange(len(L))
            n = (i + 1) % len(L)
            u = "day" if key[0] == "d" else "month"
            if self.chance(.6):
                return [(self.asked(self.pick([f"What {u} comes after {L[i]}?", f"Which {u} is after {L[i]}?", f"What comes after {L[i]}?", f"after {L[i]} comes"])), f"{L[n]} comes after {L[i]}.")]
            return [(self.asked(self.pick([f"What {u} comes before {L[n]}?", f"Which {u} is before {L[n]}?"])), f"{L[i]} comes before {L[n]}.")]
        if k == 1:
            a, b = self.pick(list(OPPOSITES.items()))
            if self.chance(.5):
                a, b = b, a
            return [(self.asked(self.pick([f"What is the opposite of {a}?", f"opposite of {a}", f"Tell me the opposite of {a}.", f"the opposite of {a} is?"])), f"The opposite of {a} is {b}.")]
        if k in (2, 3):
            t, c = self.pick(list(COLOURS.items()))
            return [(self.asked(self.pick([f"What colour is {t}?", f"What color is {t}?", f"Which colour has {t}?", f"what color does {t} have", f"Tell me the colour of {t}.", f"color of {t}"])), f"{t[0].upper() + t[1:]} is {c}.")]
        if k == 4:
            t, c = self.pick(list(SOUNDS.items()))
            return [(self.asked(self.pick([f"What sound does a {t} make?", f"What does a {t} say?", f"How does a {t} sound?"])), f"A {t} says {c}.")]
        if k == 5:
            a, b = self.pick(HOW_MANY)
            return [(self.asked(f"How many {a}?"), b)]
        q, a = self.pick(GENERAL)
        if q.startswith("What is") and self.chance(.35):
            q = self.pick(["Explain {x}.", "Tell me about {x}.", "Define {x}.", "{x}?", "Do you know what {x} is?", "Describe {x}."]).format(x=q[8:-1])
        return [(self.asked(q), a)]

    def translate(self):
        lang = self.pick(list(WORDS_IN))
        word = "hello" if self.chance(.35) else self.pick(list(WORDS_IN[lang]))
        if self.chance(.07):
            lang = self.pick(["Klingon", "Latin", "Swahili", "Thai", "Finnish", "Hindi", "Arabic", "Welsh", self.made_up().capitalize()])
            return [(self.asked(self.pick([f"Say {word} in {lang}.", f"How do you say {word} in {lang}?", f"Translate {word} to {lang}."])), f"I do not know {lang}.")]
        q = self.pick(["Say {w} in {l}.", "Say {w} in {l}.", "How do you say {w} in {l}?", "What is {w} in {l}?", "Translate {w} to {l}.", "Translate \"{w}\" into {l}.", "{w} in {l}", "how to say {w} in {l}", "What does {w} mean in {l}?", "Can you say {w} in {l}?", "{l} word for {w}", "What is the {l} word for {w}?", "in {l}, how do you say {w}?", "tell me {w} in {l}"]).format(w=word, l=lang)
        return [(self.asked(q), f"{WORDS_IN[lang][word]}.")]

    def as_json(self):
        "answers in JSON, because a newcomer tries structured output early"
        k = self.r.randint(0, 6)
        ask = lambda key: self.pick(["Answer in JSON: {{\"{k}\": ...}}", "Reply in JSON with the key \"{k}\".", "Answer as JSON like {{\"{k}\": ...}}.", "Give the answer as JSON: {{\"{k}\": \"...\"}}", "Use JSON: {{\"{k}\": ...}}", "Return JSON with the field {k}.", "json with key {k}", "Respond only with JSON: {{\"{k}\": ...}}"]).format(k=key)
        both = lambda q, j: (f"{q} {j}" if self.chance(.75) else f"{j} {q}")
        if k in (0, 1):
            country = self.pick(list(CAPITALS))
            key = self.pick(["capital", "capital", "capital", "city", "answer", "result"])
            q = self.pick([f"What is the capital of {country}?", f"capital of {country}?", f"Name the capital of {country}."])
            return [(self.asked(both(q, ask(key)), False) if self.chance(.3) else both(q, ask(key)), json.dumps({key: CAPITALS[country]}))]
        if k in (2, 3):
            a, b, op, v = self.sum_()
            key = self.pick(["result", "result", "answer", "sum", "value"])
            return [(both(self.pick([f"What is {a} {op} {b}?", f"{a} {op} {b}", f"Calculate {a} {op} {b}."]), ask(key)), json.dumps({key: v}))]
        if k == 4:
            key = self.pick(["colours", "fruits", "animals", "days of the week", "planets"])
            n = self.r.randint(2, 4)
            return [(self.pick([f"List {NUMBERS[n]} {key} as a JSON array.", f"Give me {NUMBERS[n]} {key} as JSON.", f"{n} {key} as a json list", f"Answer with a JSON array of {NUMBERS[n]} {key}."]), json.dumps(LISTS[key][:n]))]
        if k == 5:
            n, age = self.name(), self.r.randint(1, 99)
            return [(self.pick([f"Write JSON for a person named {n} who is {age} years old.", f"Make JSON with name {n} and age {age}.", f"json: name {n}, age {age}", f"{n} is {age} years old. Answer in JSON with name and age."]), json.dumps({"name": n, "age": age}))]
        t, c = self.pick(list(COLOURS.items()))
        key = self.pick(["colour", "color", "color"])
        return [(both(f"What {key} is {t}?", ask(key)), json.dumps({key: c}))]
