"""Questions about Lloom. Each method returns a list of (user, assistant) turns."""

from .questions import FAQ, FORMS, WHO, YES_NO
from .small_talk import MORE, MORE_Q
from .terms import TERMS
from .voice import Voice


class AboutLloom(Voice):
    def term(self):
        key = self.pick(list(TERMS))
        names, definition, more = TERMS[key]
        a = self.pick(names)
        k = self.r.random()
        if k < .74:
            form = self.pick(["What is {a}?", "What is {a}?", "What is {a}?", "What's {a}?", "Explain {a}.", "Explain what {a} is.", "Tell me about {a}.", "Can you explain {a}?", "Define {a}.", "What does {b} mean?", "What does the word {b} mean?", "I want to know what {a} is.", "Describe {a}.", "Please explain {a} to me.", "Help me understand {a}.", "What do you know about {a}?", "What exactly is {a}?", "{b}?", "{b}", "{b}", "What is {a} in this network?", "What is {a} in Lloom?", "What do you mean by {b}?", "How would you explain {a} to a child?", "Do you know what {a} is?", "I do not understand {a}.", "Give me a definition of {a}.", "meaning of {b}", "what are {b}s", "what is {b}", "whats a {b}", "{b} explained", "{b} meaning", "What is {a} good for?", "{b} what is it", "what does {a} do", "What is the purpose of {a}?", "explain {b} please", "can u explain {b}", "In Lloom, what is {a}?", "I keep reading about {a}. What is it?", "What is meant by {a}?", "how does {a} work"])
            turns = [(form, " ".join([definition] + more[:1]))]
            if self.chance(.16):
                turns.append((self.pick(MORE_Q), " ".join(more[1:]) or MORE))
        else:
            form = self.pick(["What is {a}? Answer in one sentence.", "In one sentence, what is {a}?", "Explain {a} in one sentence.", "Define {a} briefly.", "Short answer: what is {a}?", "Describe {a} in a single sentence.", "{b} in one sentence", "Summarize what {a} is in one sentence.", "Briefly, what is {a}?"])
            turns = [(form, definition)]
            if self.chance(.3):
                turns.append((self.pick(MORE_Q), " ".join(more) or MORE))
        q = turns[0][0].format(a=a, b=key)
        return [(self.asked(q[0].upper() + q[1:] if self.chance(.6) else q), turns[0][1])] + [(self.asked(q), t) for q, t in turns[1:]]

    def difference(self):
        common = ["client", "executor", "validator", "gateway", "stake", "receipt", "dispute", "token", "channel", "lane", "request", "response", "deposit", "stake", "jury", "canary", "offer", "price", "slashing", "indexer", "explorer", "private key", "public key"]
        k, l = self.r.sample(common if self.chance(.7) else list(TERMS), 2)
        if k == l:
            l = "nonce"
        a, b = TERMS[k][0][0], TERMS[l][0][0]
        q = self.pick(["What is the difference between {a} and {b}?", "How is {a} different from {b}?", "Compare {a} and {b}.", "{a} or {b}: what is the difference?", "Explain the difference between {a} and {b}.", "difference between {a} and {b}", "{k} vs {l}", "{k} versus {l}", "Is {a} the same as {b}?"]).format(a=a, b=b, k=k, l=l)
        x, y = TERMS[k][1], TERMS[l][1]
        if y.startswith(("A ", "An ", "The ", "In ")):
            y = y[0].lower() + y[1:]
        return [(self.asked(q), x.rstrip(".") + ", while " + y)]

    def faq(self):
        # the first entries are what newcomers ask first, so they come more often
        questions, answer, more = FAQ[min(int(self.r.random() * len(FAQ)), int(self.r.random() * len(FAQ) * 1.8))]
        q = self.pick(questions)
        form, _, x = q.partition(":")
        if x and form in FORMS:
            q = self.pick(FORMS[form]).format(x=x)
            q = q[0].upper() + q[1:]
        turns = [(self.asked(q), answer)]
        if self.chance(.12):
            turns.append((self.asked(self.pick(MORE_Q)), more or MORE))
        return turns

    def who(self):
        v, w = self.pick(WHO)
        return [(self.asked(self.pick(["Who {v}?", "Who {v}?", "Who is it that {v}?", "Tell me who {v}.", "Do you know who {v}?", "Which node {v}?", "who {v} in lloom"]).format(v=v)), f"{w}.")]

    def yes_no(self):
        q, a = self.pick(YES_NO)
        return [(self.asked(q), a)]

    def cost(self):
        p, n = self.r.randint(1, 9), self.r.randint(1, 9)
        q = self.pick(["The price is {p} per million tokens. How much do {n} million tokens cost?", "How much do {n} million tokens cost if the price is {p} per million?", "An executor asks {p} for one million tokens. I use {n} million tokens. What is the cost?", "What do {n} million tokens cost at {p} per million?"]).format(p=p, n=n)
        return [(self.asked(q), f"{n} million tokens cost {n} * {p} = {n * p}.")]
