/* What the engine adds to QuickJS; compiled as the end of quickjs.c. */

/* A plain object with the properties of `like` (all of them plain data), in their order,
   and other values, which it takes over. Both share one hidden shape, so that no property is
   defined one by one. */
JSValue JS_NewObjectLike(JSContext *ctx, JSValueConst like, JSValue *values)
{
    JSShape *shape = JS_VALUE_GET_OBJ(like)->shape;
    return JS_NewObjectFromShape(ctx, js_dup_shape(shape), JS_CLASS_OBJECT, (JSProperty *)values);
}

/* Whether an object is still what JS_NewObjectLike made of `like`, which has no properties, and
   nobody else holds it. */
bool JS_IsUntouched(JSValueConst object, JSValueConst like)
{
    JSObject *p = JS_VALUE_GET_OBJ(object);
    return p->header.ref_count == 1 && p->shape == JS_VALUE_GET_OBJ(like)->shape && p->extensible;
}

/* The value of a plain data property of an object or its prototypes; undefined where reading
   it could run code (a getter, a proxy) and where there is none. */
JSValue JS_PeekProperty(JSContext *ctx, JSValueConst object, JSAtom name)
{
    JSObject *p = object_or_null(object);

    for (; p; p = p->shape->proto) {
        JSProperty *property;
        JSShapeProperty *found = find_own_property(&property, p, name);
        if (found && (found->flags & JS_PROP_TMASK) == JS_PROP_NORMAL)
            return js_dup(property->u.value);
        if (found || p->is_exotic)
            break;
    }
    return JS_UNDEFINED;
}

/* From here on the interrupt handler is asked as in a new context, whatever ran before. */
void JS_ResetInterrupts(JSContext *ctx)
{
    ctx->interrupt_counter = JS_INTERRUPT_COUNTER_INIT;
}

/* Whether a value is a number or an object around one. */
bool JS_IsNumberOrBoxed(JSValueConst value)
{
    return JS_IsNumber(value) || JS_GetClassID(value) == JS_CLASS_NUMBER;
}

/* Throws a plain Error with a message of any length. */
JSValue JS_ThrowMessage(JSContext *ctx, const char *message)
{
    return JS_Throw(ctx, JS_MakeError2(ctx, JS_PLAIN_ERROR, true, message));
}

/* The length in the source of the first function of a compiled script; 0 if it has none. */
int JS_FirstFunctionBytes(JSValueConst script)
{
    JSFunctionBytecode *b = JS_VALUE_GET_PTR(script);

    for (int i = 0; i < b->cpool_count; i++) {
        if (JS_VALUE_GET_TAG(b->cpool[i]) == JS_TAG_FUNCTION_BYTECODE)
            return ((JSFunctionBytecode *)JS_VALUE_GET_PTR(b->cpool[i]))->source_len;
    }
    return 0;
}
