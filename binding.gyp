# The addon. Built by `npm run build` (scripts/setup.mjs); never by an install script, and not published: npm would build a
# package that has this file, whatever its package.json says. How it is compiled is in src-native/addon.gypi.
{
  'targets': [
    {
      'target_name': 'uvfiles',
      'includes': ['src-native/addon.gypi'],
      'sources': ['<!@(node scripts/native-sources.mjs <(OS))'],
      'include_dirs': ['src-native', '<!(node -p "require(\'node-addon-api\').include_dir")'],
    },
  ],
}
