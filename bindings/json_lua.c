/* json in Lua: encode, decode, null and array. */
#include "bindings/json.h"
#include "host/bindings.h"
#include "host/door.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char box_type[] = "nightjar.json.box";
static const char array_type[] = "nightjar.json.array";
static const char null_key; /* its address is the light userdata json.null */

/* json-c's tree lives in a box while Lua may raise. */
static json_object **new_box(lua_State *L)
{
    return nj_handle_new(L, box_type, sizeof(json_object *));
}

static int l_empty_box(lua_State *L)
{
    json_object **box = nj_handle_check(L, 1, box_type);
    json_object_put(*box);
    *box = NULL;
    return 0;
}

static void push_null(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)&null_key);
}

static bool is_null(lua_State *L, int index)
{
    return lua_type(L, index) == LUA_TNIL || lua_touserdata(L, index) == &null_key;
}

/* ---- decoding ---- */

static void push_value(lua_State *L, json_object *value, bool keep_nulls);

static void push_array(lua_State *L, json_object *array, bool keep_nulls)
{
    size_t count = json_object_array_length(array);
    lua_createtable(L, (int)count, 0);
    luaL_setmetatable(L, array_type);
    for (size_t index = 0; index < count; index++) {
        json_object *entry = json_object_array_get_idx(array, index);
        if (entry)
            push_value(L, entry, keep_nulls);
        else
            push_null(L);
        lua_rawseti(L, -2, (lua_Integer)index + 1);
    }
}

static void push_object(lua_State *L, json_object *object, bool keep_nulls)
{
    lua_createtable(L, 0, json_object_object_length(object));
    struct json_object_iterator entry = json_object_iter_begin(object);
    struct json_object_iterator end = json_object_iter_end(object);
    for (; !json_object_iter_equal(&entry, &end); json_object_iter_next(&entry)) {
        json_object *value = json_object_iter_peek_value(&entry);
        if (!value && !keep_nulls)
            continue;
        if (value)
            push_value(L, value, keep_nulls);
        else
            push_null(L);
        lua_setfield(L, -2, json_object_iter_peek_name(&entry));
    }
}

static void push_value(lua_State *L, json_object *value, bool keep_nulls)
{
    luaL_checkstack(L, 4, "JSON is nested too deep");
    switch (json_object_get_type(value)) {
    case json_type_null:
        push_null(L);
        break;
    case json_type_boolean:
        lua_pushboolean(L, json_object_get_boolean(value));
        break;
    case json_type_double:
        lua_pushnumber(L, json_object_get_double(value));
        break;
    case json_type_int:
        lua_pushinteger(L, json_object_get_int64(value));
        break;
    case json_type_string:
        lua_pushlstring(L, json_object_get_string(value),
                        (size_t)json_object_get_string_len(value));
        break;
    case json_type_array:
        push_array(L, value, keep_nulls);
        break;
    case json_type_object:
        push_object(L, value, keep_nulls);
        break;
    }
}

/* decode(text, {nulls=false}) → value */
static int l_decode(lua_State *L)
{
    static const char *const options[] = {"nulls", NULL};
    nj_error error;
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size);
    nj_options_only(L, 2, options, false);
    bool keep_nulls = nj_option_boolean(L, 2, "nulls", false);
    json_object **box = new_box(L);
    if (json_parse(text, size, box, &error) != 0)
        nj_raise(L, &error, "json.decode");
    if (*box)
        push_value(L, *box, keep_nulls);
    else
        push_null(L);
    json_object_put(*box);
    *box = NULL;
    return 1;
}

/* ---- encoding ---- */

/* Where in the value we are, for errors: a list of keys that ends at the root. */
typedef struct path {
    const struct path *parent;
    const char *key; /* NULL for an index */
    lua_Integer index;
    const void *table; /* the table that stands here, if one does */
} path;

static void push_path(lua_State *L, const path *where)
{
    if (!where || !where->parent) {
        lua_pushliteral(L, "value");
        return;
    }
    push_path(L, where->parent);
    if (where->key)
        lua_pushfstring(L, ".%s", where->key);
    else
        lua_pushfstring(L, "[%I]", where->index);
    lua_concat(L, 2);
}

static int refuse(lua_State *L, const path *where, const char *problem)
{
    push_path(L, where);
    return luaL_argerror(L, 1, lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), problem));
}

static bool contains_itself(const path *where, const void *table)
{
    for (; where; where = where->parent)
        if (where->table == table)
            return true;
    return false;
}

typedef struct key {
    const char *text;
    size_t size;
} key;

static int compare_keys(const void *one, const void *other)
{
    const key *left = one, *right = other;
    size_t common = left->size < right->size ? left->size : right->size;
    int order = memcmp(left->text, right->text, common);
    return order ? order : (left->size > right->size) - (left->size < right->size);
}

/* Give `value` to its parent (or to the box when there is none), which owns it from now on. */
static void attach(lua_State *L, json_object *parent, json_object **box, const path *where,
                   json_object *value)
{
    int failure = 0;
    if (!parent)
        *box = value;
    else if (where->key)
        failure = json_object_object_add(parent, where->key, value);
    else
        failure = json_object_array_add(parent, value);
    if (failure) {
        json_object_put(value);
        luaL_error(L, "out of memory");
    }
}

static void encode(lua_State *L, json_object *parent, json_object **box, path *where, int depth);

static bool is_array(lua_State *L)
{
    if (lua_getmetatable(L, -1)) {
        luaL_getmetatable(L, array_type);
        bool marked = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
        if (marked)
            return true;
    }
    return lua_rawlen(L, -1) > 0;
}

static lua_Integer count_fields(lua_State *L)
{
    lua_Integer count = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
        count++;
    return count;
}

static void encode_array(lua_State *L, json_object *array, const path *where, int depth)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    static const char no_list[] = "a list with holes, or with named fields too, is no JSON";
    if (count_fields(L) != count)
        refuse(L, where, no_list);
    if (count == 0)
        json_stays_empty(array);
    for (lua_Integer index = 1; index <= count; index++) {
        path entry = {.parent = where, .index = index};
        if (lua_rawgeti(L, -1, index) == LUA_TNIL)
            refuse(L, where, no_list);
        encode(L, array, NULL, &entry, depth);
        lua_pop(L, 1);
    }
}

static void encode_object(lua_State *L, json_object *object, const path *where, int depth)
{
    lua_Integer count = count_fields(L), filled = 0;
    if (count == 0)
        json_stays_empty(object);
    key *keys = lua_newuserdatauv(L, (size_t)(count ? count : 1) * sizeof *keys, 0);
    lua_insert(L, -2); /* keys table */
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            refuse(L, where, "the keys of an object must be strings");
        key *current = &keys[filled++];
        current->text = lua_tolstring(L, -2, &current->size);
        if (strlen(current->text) != current->size)
            refuse(L, where, "a key with NUL is no JSON");
        if (!json_is_text(current->text, current->size)) /* two of them could become one */
            refuse(L, where, "a key that is no UTF-8 is no JSON");
    }
    qsort(keys, (size_t)count, sizeof *keys, compare_keys);
    for (lua_Integer index = 0; index < count; index++) {
        path entry = {.parent = where, .key = keys[index].text};
        lua_pushlstring(L, keys[index].text, keys[index].size);
        lua_rawget(L, -2);
        encode(L, object, NULL, &entry, depth);
        lua_pop(L, 1);
    }
    lua_remove(L, -2);
}

static void encode_table(lua_State *L, json_object *parent, json_object **box, path *where,
                         int depth)
{
    const void *table = lua_topointer(L, -1);
    if (contains_itself(where->parent, table))
        refuse(L, where, "it contains itself");
    if (depth >= JSON_DEPTH)
        refuse(L, where, "it is nested too deep");
    where->table = table;
    bool array = is_array(L);
    json_object *value = array ? json_object_new_array() : json_object_new_object();
    if (!value)
        luaL_error(L, "out of memory");
    attach(L, parent, box, where, value);
    if (array)
        encode_array(L, value, where, depth + 1);
    else
        encode_object(L, value, where, depth + 1);
}

/* A new json-c value for the one on top of the stack, which is no table and no null. */
static json_object *scalar(lua_State *L, const path *where)
{
    size_t size;
    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        return json_object_new_boolean(lua_toboolean(L, -1));
    case LUA_TNUMBER:
        if (lua_isinteger(L, -1))
            return json_object_new_int64(lua_tointeger(L, -1));
        if (!isfinite(lua_tonumber(L, -1)))
            refuse(L, where, "a number that is not finite is no JSON");
        return json_float(lua_tonumber(L, -1));
    case LUA_TSTRING: {
        const char *text = lua_tolstring(L, -1, &size);
        return json_string(text, size);
    }
    default:
        refuse(L, where, lua_pushfstring(L, "a %s is no JSON", luaL_typename(L, -1)));
        return NULL;
    }
}

/* Encode the value on top of the stack into `parent`, or into the box where there is none. */
static void encode(lua_State *L, json_object *parent, json_object **box, path *where, int depth)
{
    luaL_checkstack(L, 8, "the value is nested too deep");
    if (lua_istable(L, -1)) {
        encode_table(L, parent, box, where, depth);
        return;
    }
    json_object *value = NULL;
    if (!is_null(L, -1)) {
        value = scalar(L, where);
        if (!value)
            luaL_error(L, "out of memory");
    }
    attach(L, parent, box, where, value);
}

/* encode(value, {pretty=false}) → text, the keys of objects sorted */
static int l_encode(lua_State *L)
{
    static const char *const options[] = {"pretty", NULL};
    luaL_checkany(L, 1);
    nj_options_only(L, 2, options, false);
    bool pretty = nj_option_boolean(L, 2, "pretty", false);
    json_object **box = new_box(L);
    path root = {.parent = NULL};
    lua_pushvalue(L, 1);
    encode(L, NULL, box, &root, 0);
    size_t size;
    const char *text = json_text(*box, pretty, &size);
    if (!text)
        return luaL_error(L, "out of memory");
    lua_pushlstring(L, text, size);
    json_object_put(*box);
    *box = NULL;
    return 1;
}

/* array(t) → t, which is encoded as a list also when it is empty */
static int l_array(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    luaL_setmetatable(L, array_type);
    return 1;
}

int nj_open_json(lua_State *L)
{
    static const luaL_Reg no_methods[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"array", l_array}, {"decode", l_decode}, {"encode", l_encode}, {NULL, NULL}};
    nj_type_new(L, box_type, no_methods, l_empty_box);
    luaL_newmetatable(L, array_type);
    luaL_newlib(L, functions);
    push_null(L);
    lua_setfield(L, -2, "null");
    return 1;
}
