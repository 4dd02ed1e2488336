/* fingerprint in Lua: the stage that a pipeline reads, and the table that it answers with. */
#include "bindings/fingerprint_lua.h"

#include "host/bindings.h"
#include "host/door.h"

/* From this size on, in bytes, it is worth knowing where in the dump a table's rows are. */
enum { LARGE = 1 << 20 };

/* The table on top gets the field. */
static void set_text(lua_State *L, const char *key, const fingerprint_text *text)
{
    lua_pushlstring(L, text->bytes, text->size);
    lua_setfield(L, -2, key);
}

static void set_hash(lua_State *L, fingerprint_hash hash)
{
    char hex[33];
    fingerprint_hex(hash, hex);
    lua_pushlstring(L, hex, 32);
    lua_setfield(L, -2, "hash");
}

static void set_range(lua_State *L, fingerprint_range range)
{
    lua_pushinteger(L, (lua_Integer)range.offset);
    lua_setfield(L, -2, "offset");
    lua_pushinteger(L, (lua_Integer)range.size);
    lua_setfield(L, -2, "bytes");
}

static void new_list(lua_State *L, size_t count)
{
    lua_createtable(L, count < INT32_MAX ? (int)count : INT32_MAX, 0);
}

static void push_tables(lua_State *L, const fingerprint_result *result)
{
    new_list(L, result->table_count);
    for (size_t index = 0; index < result->table_count; index++) {
        const fingerprint_table *table = &result->tables[index];
        lua_createtable(L, 0, 3);
        set_text(L, "name", &table->name);
        lua_pushinteger(L, (lua_Integer)table->rows);
        lua_setfield(L, -2, "rows");
        set_hash(L, table->hash);
        if (table->copy.size >= LARGE)
            set_range(L, table->copy);
        lua_rawseti(L, -2, (lua_Integer)index + 1);
    }
}

static void push_sequences(lua_State *L, const fingerprint_result *result)
{
    new_list(L, result->sequence_count);
    for (size_t index = 0; index < result->sequence_count; index++) {
        const fingerprint_sequence *sequence = &result->sequences[index];
        lua_createtable(L, 0, 3);
        set_text(L, "name", &sequence->name);
        lua_pushinteger(L, sequence->value);
        lua_setfield(L, -2, "value");
        lua_pushboolean(L, sequence->called);
        lua_setfield(L, -2, "called");
        lua_rawseti(L, -2, (lua_Integer)index + 1);
    }
}

static void push_objects(lua_State *L, const fingerprint_result *result)
{
    new_list(L, result->object_count);
    for (size_t index = 0; index < result->object_count; index++) {
        lua_pushlstring(L, result->objects[index].bytes, result->objects[index].size);
        lua_rawseti(L, -2, (lua_Integer)index + 1);
    }
}

static void push_statements(lua_State *L, const fingerprint_result *result)
{
    new_list(L, result->statement_count);
    for (size_t index = 0; index < result->statement_count; index++) {
        lua_createtable(L, 0, result->texts ? 2 : 1);
        set_hash(L, result->statements[index]);
        if (result->texts && result->texts[index].bytes)
            set_text(L, "text", &result->texts[index]);
        lua_rawseti(L, -2, (lua_Integer)index + 1);
    }
}

static void push_session(lua_State *L, const fingerprint_result *result)
{
    new_list(L, result->session_count);
    for (size_t index = 0; index < result->session_count; index++) {
        lua_createtable(L, 0, 2);
        set_range(L, result->session[index]);
        lua_rawseti(L, -2, (lua_Integer)index + 1);
    }
}

void fingerprint_push(lua_State *L, const fingerprint *print)
{
    const fingerprint_result *result = fingerprint_result_of(print);
    luaL_checkstack(L, 5, NULL);
    lua_createtable(L, 0, 8);
    if (result->complete != FINGERPRINT_NO_END) {
        lua_pushstring(L, result->complete == FINGERPRINT_DATABASE ? "database" : "cluster");
        lua_setfield(L, -2, "complete");
    }
    if (result->ended_in.bytes)
        set_text(L, "ended_in", &result->ended_in);
    push_tables(L, result);
    lua_setfield(L, -2, "tables");
    push_sequences(L, result);
    lua_setfield(L, -2, "sequences");
    push_objects(L, result);
    lua_setfield(L, -2, "objects");
    push_statements(L, result);
    lua_setfield(L, -2, "statements");
    push_session(L, result);
    lua_setfield(L, -2, "session");
    set_hash(L, result->hash);
}

/* sql{texts=false} */
static int l_sql(lua_State *L)
{
    static const char *const options[] = {"texts", NULL};
    lua_settop(L, 1);
    nj_options_only(L, 1, options, false);
    nj_option_boolean(L, 1, "texts", false);
    nj_stage_push(L, "fingerprint.sql", 1);
    return 1;
}

int nj_open_fingerprint(lua_State *L)
{
    static const luaL_Reg functions[] = {{"sql", l_sql}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
