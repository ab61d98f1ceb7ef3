"""Word lists of the rules: what is no name, what tells about a password."""


def words(block: str) -> frozenset[str]:
    """The words of a block of text."""
    return frozenset(block.split())


ORDINARY = words(
    """
    ali alt amber an angel april art august autumn bach baker basil bauer berg best bill black
    blanco braun brown case chase christian cliff cook cruz crystal daisy dawn day dean drew earl
    faith fern field flores frank gay ginger glen good grace grant gray green grey gross groß hazel
    he heather hill him holly hope in iris ivy jack jade jasmine joy june jung king klein koch kurz
    lake lance lang law león lily long love low luz mark max may miles moon moreno neu north olive
    or page park pat paz pearl penny price ray reed rich rivers rob rojo rose rosemary rot rubio
    ruby sage schwarz short sky small smith so sol sommer star stein stone sue summer violet wade
    weiß west white will willow winter wise wolf wood woods young
    """
)
"""Names that are ordinary words too, and short words: only taken where a name must stand."""

NOBODY = words(
    """
    again all always american and any april are august best billing both british can cheers could
    currently customer damen dear december did do does dr english equipo everybody everyone
    extremely february folks french friday friends german good guys had happy has have hello help
    helpdesk herren hi how i indian interested is it january july june just kind kundenservice
    leute madam march may monday mr mrs ms my never no not november number october ok okay only our
    please quite really regards sales saturday sent september service sir sirs so sorry spanish
    still sunday support team thank thanks that the there this thursday todos too totally tous
    tuesday unable unknown very warm wednesday what when where why yes you your zusammen
    """
)
"""What stands where a name could, and is none."""

TELLS = words(
    """
    a abgelaufen accepted again already also always an asked at bad being blocked broken by case-
    sensitive changed compromised correct correcta das der die different ein eine el expired falsch
    field fine for forgotten from gesperrt gone good hacked here how ignored immer in incorrect
    incorrecta incorrecto invalid inválida it just kein known la link locked lost manager missing
    muy my needed never new nicht no noch not ok okay old on only page refused rejected reminder
    required reset richtig right safe same saved screen secure sent set shared so still stolen
    stored strong supposed that the there this to too una ungültig unknown unrecognised
    unrecognized unsafe used vergessen very weak weg what when where working wrong your zu
    """
)
"""What follows "my password is" when the sentence tells about the password."""
