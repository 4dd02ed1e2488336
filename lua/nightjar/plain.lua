-- Text that a terminal shows, and does not obey.

-- plain(text) → text in which control characters, but line breaks and tabs, are escaped; those of
-- U+0080 to U+009F too, which begin what ESC begins; and bytes that are no UTF-8.
return function(text)
  text = text:gsub("[\x80-\xFF]+", function(bytes)
    return not utf8.len(bytes) and bytes:gsub(".", function(byte)
      return ("\\x%02x"):format(byte:byte())
    end) or nil
  end)
  text = text:gsub("[\0-\8\11-\31\127]", function(character)
    return ("\\x%02x"):format(character:byte())
  end)
  return (text:gsub("\xC2([\x80-\x9F])", function(byte)
    return ("\\u{%02x}"):format(byte:byte())
  end))
end
