# Writes lib/text/names-data.ts: the names of all characters (Unicode Character Database, as this Python has it) but
# those that follow from the code point, compressed. Run it again with a newer Python for a newer Unicode:
#   python3 scripts/make-names.py | npx tsx scripts/make-names.ts
import re
import sys
import unicodedata

by_rule = re.compile(r'(CJK UNIFIED IDEOGRAPH|CJK COMPATIBILITY IDEOGRAPH|TANGUT IDEOGRAPH|NUSHU CHARACTER|'
                     r'KHITAN SMALL SCRIPT CHARACTER)-[0-9A-F]+$|HANGUL SYLLABLE ')
out = [unicodedata.unidata_version]
ranges = {}
before = -2
for code_point in range(0x110000):
    name = unicodedata.name(chr(code_point), '')
    rule = by_rule.match(name)
    if name == '' or rule:
        if rule and rule.group(1):
            runs = ranges.setdefault(rule.group(1), [])
            if runs and runs[-1][1] == code_point - 1:
                runs[-1][1] = code_point
            else:
                runs.append([code_point, code_point])
        continue
    out.append(name if code_point == before + 1 else '%x:%s' % (code_point, name))
    before = code_point
rules = ';'.join('%s=%s' % (prefix, ','.join('%x-%x' % tuple(run) for run in runs)) for prefix, runs in ranges.items())
sys.stdout.write('\n'.join([out[0], rules] + out[1:]))
