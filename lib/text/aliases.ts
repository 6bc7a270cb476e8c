// Maps the names of encodings that people write to the names that the codecs have.

/** Every encoding the library reads and writes, under the name it reports in errors. */
export type EncodingName = string;

const iso8859Parts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16];

/** Other spellings, after normalisation, by canonical name. */
const spellings: Readonly<Record<string, string>> = {
  'utf-8': 'utf8 utf u8 cp65001 utf8_ucs2 utf8_ucs4',
  'utf-8-sig': 'utf8_sig utf_8_signature',
  'utf-16': 'utf16 u16',
  'utf-16-le': 'utf16_le utf16le utf_16le unicodelittleunmarked',
  'utf-16-be': 'utf16_be utf16be utf_16be unicodebigunmarked',
  'utf-32': 'utf32 u32',
  'utf-32-le': 'utf32_le utf32le utf_32le',
  'utf-32-be': 'utf32_be utf32be utf_32be',
  ascii:
    'us_ascii us 646 ansi_x3.4_1968 ansi_x3_4_1968 ansi_x3.4_1986 cp367 csascii ibm367 iso646_us iso_646.irv_1991 iso_ir_6',
  'latin-1': 'latin latin1 l1 iso8859 8859 cp819 csisolatin1 ibm819 iso_ir_100 iso_8859_1_1987',
  'iso-8859-2': 'latin2 latin_2 l2 csisolatin2 iso_ir_101 iso_8859_2_1987',
  'iso-8859-3': 'latin3 latin_3 l3 csisolatin3 iso_ir_109 iso_8859_3_1988',
  'iso-8859-4': 'latin4 latin_4 l4 csisolatin4 iso_ir_110 iso_8859_4_1988',
  'iso-8859-5': 'cyrillic csisolatincyrillic iso_ir_144 iso_8859_5_1988',
  'iso-8859-6': 'arabic asmo_708 csisolatinarabic ecma_114 iso_ir_127 iso_8859_6_1987',
  'iso-8859-7': 'greek greek8 csisolatingreek ecma_118 elot_928 iso_ir_126 iso_8859_7_1987',
  'iso-8859-8': 'hebrew csisolatinhebrew iso_ir_138 iso_8859_8_1988',
  'iso-8859-9': 'latin5 latin_5 l5 csisolatin5 iso_ir_148 iso_8859_9_1989',
  'iso-8859-10': 'latin6 latin_6 l6 csisolatin6 iso_ir_157 iso_8859_10_1992',
  'iso-8859-11': 'thai iso_8859_11_2001',
  'iso-8859-13': 'latin7 latin_7 l7',
  'iso-8859-14': 'latin8 latin_8 l8 iso_celtic iso_ir_199 iso_8859_14_1998',
  'iso-8859-15': 'latin9 latin_9 l9',
  'iso-8859-16': 'latin10 latin_10 l10 iso_ir_226 iso_8859_16_2001',
  'koi8-r': 'koi8r cskoi8r',
  'koi8-u': 'koi8u',
  'mac-roman': 'macintosh macroman csmacintosh',
  'mac-cyrillic': 'maccyrillic x_mac_cyrillic',
  cp437: '437 cspc8codepage437 ibm437',
  cp850: '850 cspc850multilingual ibm850',
  cp852: '852 cspcp852 ibm852',
  cp855: '855 csibm855 ibm855',
  cp866: '866 csibm866 ibm866',
  cp874: '874 windows_874',
  cp932: '932 ms932 mskanji ms_kanji windows_31j',
  cp949: '949 ms949 uhc',
  gb2312:
    'chinese csiso58gb231280 euc_cn euccn eucgb2312_cn gb2312_1980 gb2312_80 iso_ir_58 x_mac_simp_chinese',
  'shift-jis': 'csshiftjis shiftjis sjis s_jis x_mac_japanese',
  'euc-jp': 'eucjp ujis u_jis',
  'euc-kr': 'euckr korean ksc5601 ks_c_5601 ks_c_5601_1987 ksx1001 ks_x_1001 x_mac_korean',
  gbk: '936 cp936 ms936',
  gb18030: 'gb18030_2000',
  big5hkscs: 'big5_hkscs hkscs',
  'iso-2022-jp': 'csiso2022jp iso2022jp iso2022_jp',
  big5: 'big5_tw csbig5 x_mac_trad_chinese',
};

const canonical = new Map<string, EncodingName>();
for (let page = 1250; page <= 1258; page++) {
  for (const spelling of [`cp${page}`, `${page}`, `windows_${page}`]) canonical.set(spelling, `cp${page}`);
}
for (const part of iso8859Parts) {
  const name = part === 1 ? 'latin-1' : `iso-8859-${part}`;
  for (const spelling of [`iso_8859_${part}`, `iso8859_${part}`, `iso8859${part}`])
    canonical.set(spelling, name);
  canonical.set(`8859_${part}`, name);
}
for (const [name, others] of Object.entries(spellings)) {
  canonical.set(normalize(name), name);
  for (const spelling of others.split(' ')) canonical.set(spelling, name);
}
/** The canonical name of an encoding given in any case and with any punctuation, or undefined. No name has a NUL. */
export function canonicalEncoding(name: string): EncodingName | undefined {
  return name.includes('\0') ? undefined : canonical.get(normalize(name));
}

/** Lower case, runs of anything but letters, digits and dots as one underscore, none at the ends. */
function normalize(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '_')
    .replace(/^_|_$/g, '');
}
