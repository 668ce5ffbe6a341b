"""What the voices say besides the words: sentences of our own, without the word itself, other ones for each part."""

_LINES = {
    "train": """
        The actor kept the attic window open all night.
        Kate made a cake and ate a vast piece of it at eight.
        A captain in a black jacket waited at the gate.
        Motives are easier to invent than to prove.
        We act first, and we talk about the facts later.
        Every active volcano on the island has a name.
        Please water the plants before the weekend.
        My sister collects maps of places that no longer exist.
        The train to the coast leaves at a quarter past seven.
        Nobody could tell how the cat got into the library.
        They painted the kitchen yellow and the hall dark green.
        Turn left at the bakery, and then it is the third door.
        A native speaker would never put it that way.
        The weather changed twice while we climbed the hill.
        He practised the same four bars until the neighbours complained.
        Put the receipts in a box and forget about them until March.
        The river froze so hard that people skated to work.
        Her activities range from chess to long distance running.
        It takes about an hour to vacate a building of this size.
        I would rather have soup than another sandwich.
        There is a vat of carbon behind the old factory.
        The lecture was private, but the door was never locked.
        An attractive offer is not always a good one.
        Seven people waited in the rain for a bus that did not come.
        The computer on my desk is older than my nephew.
        He had an accent that nobody in the office could place.
        The bakery sells out of rye bread before nine.
        Act as if you had planned it, and nobody will ask.
        An active child can captivate a whole table of adults.
        Whoever borrowed my umbrella, please bring it back.
        The tactic failed, but the retreat was elegant.
        Late at night the harbour sounds like an orchestra tuning up.
        They evacuated the theatre during the second act.
        Half of the tickets were sold before the poster was printed.
        A vacant lot is the best place to learn to ride a bicycle.
        """,
    "validation": """
        The activist kept a vegetable garden on the roof.
        Nobody had told the plumber which apartment it was.
        A back to back comparison would take at least a week.
        The second violin entered a bar too early.
        Our teacher could elevate a dull topic with one drawing.
        Leave the keys with the woman at the front desk.
        It was late, and Steve ate what was left of the pie.
        The path gets narrow just after the wooden bridge.
        """,
    "test": """
        The actress came back to the village after twenty years.
        You can renovate a cottage for less than that.
        Fresh snow makes the whole street quiet.
        An innovative idea is rarely welcome at first.
        We packed at eight, and by noon the van was full.
        The clock in the station has been wrong since spring.
        They cultivate rice on the terraces above the lake.
        He asked for directions and then went the other way.
        Activity on the market was slow this afternoon.
        The museum is free on the first Sunday of the month.
        """,
}
SENTENCES = {part: [line.strip() for line in lines.strip().splitlines()] for part, lines in _LINES.items()}
